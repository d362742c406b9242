# Counts the tests in meson's testlog.json: each test of a CUnit program, each other program as one.
#
# Prints CUnit's summaries if the variable verbose is set, then what was skipped or failed, and at
# the end a line "N passed, N failed". The exit status is 1 if a test has failed or none was run.
#
# One line of the log is one program. Quotes in its output are escaped, so "key": is always a key.

function value_of(key,    at) {
    if (!match($0, "\"" key "\": \"[^\"]*\""))
        return ""
    at = RSTART + length(key) + 5
    return substr($0, at, RSTART + RLENGTH - at - 1)
}

function print_summary(name, text) {
    sub(/\\n\\nElapsed.*/, "", text)
    gsub(/\\n/, "\n", text)
    print name "\n" text "\n"
}

{
    name = value_of("name")
    gsub(/procarium:| /, "", name)
    result = value_of("result")
    cunit_failed = 0

    if (match($0, /Run Summary: .*\\nElapsed/)) {
        summary = substr($0, RSTART)
        if (verbose != "")
            print_summary(name, summary)
        if (match(summary, /\\n +tests( +[0-9]+)+/)) {
            split(substr(summary, RSTART + 2, RLENGTH - 2), number, " ")
            passed += number[4]
            cunit_failed = number[5]
            failed += cunit_failed
        }
    } else if (result == "OK") {
        passed++
    }

    if (result == "SKIP") {
        skipped = skipped " " name
    } else if (result != "OK") {
        # A crash, a leak, a time-out: the program failed beside its tests.
        if (cunit_failed == 0)
            failed++
        bad = bad " " name
    }
}

END {
    if (skipped != "")
        print "skipped:" skipped
    if (bad != "")
        print "failed:" bad
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0
}
