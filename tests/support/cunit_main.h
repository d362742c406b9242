/* The common main of every CUnit test program. */
#ifndef SUPPORT_CUNIT_MAIN_H
#define SUPPORT_CUNIT_MAIN_H

#include <CUnit/CUnit.h>

/*
 * Run the suites and print CUnit's summary on standard output, unbuffered by line so that what was
 * printed before a crash is not lost.
 *
 * suites ends with CU_SUITE_INFO_NULL. With words in argv, only the tests whose name contains one
 * of them are run. Returns the exit status for main(): 0 when all tests that ran have passed.
 *
 *     static CU_TestInfo tests[] = {
 *         { "an order-1 block is aligned", test_alignment },
 *         CU_TEST_INFO_NULL,
 *     };
 *
 *     int main(int argc, char **argv)
 *     {
 *         CU_SuiteInfo suites[] = {
 *             { "page allocator", NULL, NULL, NULL, NULL, tests },
 *             CU_SUITE_INFO_NULL,
 *         };
 *         return cunit_main(argc, argv, suites);
 *     }
 */
int cunit_main(int argc, char **argv, CU_SuiteInfo *suites);

#endif
