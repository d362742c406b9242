// "Did you mean …?": the known name that is nearest to a mistyped one.
#include "script/commands.h"

#include <string.h>

#define NAME_MAX_COMPARED 32

static u32 least(u32 a, u32 b, u32 c)
{
    u32 ab = a < b ? a : b;

    return ab < c ? ab : c;
}

// Letters to insert, delete, replace or swap with their neighbour to make one word from the other.
static u32 distance(const char *a, const char *b)
{
    u32 rows[3][NAME_MAX_COMPARED + 1];
    u32 length_a = (u32)strlen(a), length_b = (u32)strlen(b);

    if (length_a > NAME_MAX_COMPARED || length_b > NAME_MAX_COMPARED)
        return UINT32_MAX;
    for (u32 j = 0; j <= length_b; j++)
        rows[0][j] = j;
    for (u32 i = 1; i <= length_a; i++) {
        u32 *row = rows[i % 3], *above = rows[(i + 2) % 3], *above_that = rows[(i + 1) % 3];

        row[0] = i;
        for (u32 j = 1; j <= length_b; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                above_that[j - 2] + 1 < row[j])
                row[j] = above_that[j - 2] + 1;
        }
    }
    return rows[length_a % 3][length_b];
}

struct nearest {
    const char *name;
    u32 distance;
};

static void consider(struct nearest *best, const char *word, const char *name)
{
    u32 d = distance(word, name);
    size_t length = strlen(word) > strlen(name) ? strlen(word) : strlen(name);

    // A slip in every third letter at most.
    if (d * 3 <= length + 1 && d < best->distance)
        *best = (struct nearest){ name, d };
}

const char *suggest(const char *word, const char *const *names, u32 count)
{
    struct nearest best = { NULL, UINT32_MAX };

    for (u32 i = 0; i < count; i++)
        consider(&best, word, names[i]);
    return best.name;
}

const char *suggest_command(const char *name)
{
    struct nearest best = { NULL, UINT32_MAX };
    char lower[NAME_MAX_COMPARED + 1];
    size_t length = strlen(name);

    if (length > NAME_MAX_COMPARED)
        return NULL;
    for (size_t i = 0; i <= length; i++)
        lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    for (u32 i = 0; i < command_count; i++)
        consider(&best, lower, command_table[i].info.name);
    return best.name;
}
