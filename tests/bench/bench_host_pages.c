/* How long the host's fork takes for a process that has touched many pages.
 *
 * usage: bench_host_pages PAGES. It forks 50 children, one after the other, and prints the median of
 * the microseconds that fork() took until it returned in the parent. Pages are 4096 bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 50

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    long pages = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    double times[ROUNDS];

    if (pages < 1 || pages > 1000000) {
        fprintf(stderr, "usage: bench_host_pages PAGES\n");
        return 2;
    }
    size_t size = (size_t)pages * 4096;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("bench_host_pages: mmap");
        return 1;
    }
    madvise(memory, size, MADV_NOHUGEPAGE); /* small pages, as in the simulated machine */
    for (size_t i = 0; i < size; i += 4096)
        memory[i] = 1;
    for (int i = 0; i < ROUNDS; i++) {
        double start = now();
        pid_t child = fork();

        if (child < 0) {
            perror("bench_host_pages: fork");
            return 1;
        }
        if (child == 0)
            _exit(0);
        times[i] = now() - start;
        waitpid(child, NULL, 0);
    }
    qsort(times, ROUNDS, sizeof times[0], compare);
    printf("%.1f\n", times[ROUNDS / 2] * 1e6);
    return 0;
}
