/* How many real processes the host can fork, let exit and wait for in a second.
 *
 * usage: bench_host [COUNT [SECONDS]]. It stops after COUNT cycles (2000) or SECONDS (5), whichever
 * comes first, has never more than one child, and prints the cycles in a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* One number of the command line, from 1 to limit. */
static long read_number(const char *text, long limit)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (*end || number < 1 || number > limit) {
        fprintf(stderr, "bench_host: expected a number from 1 to %ld, not '%s'\n", limit, text);
        exit(2);
    }
    return number;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? read_number(argv[1], 100000) : 2000;
    double limit = (double)(argc > 2 ? read_number(argv[2], 60) : 5);

    double start = now();
    double elapsed = 0;
    long done = 0;
    while (done < count && elapsed < limit) {
        pid_t child = fork();
        if (child < 0) {
            perror("bench_host: fork");
            return 1;
        }
        if (child == 0)
            _exit(0);
        int status;
        if (wait4(child, &status, 0, NULL) != child || status != 0) {
            perror("bench_host: wait4");
            return 1;
        }
        done++;
        elapsed = now() - start;
    }
    printf("%.0f\n", (double)done / elapsed);
    return 0;
}
