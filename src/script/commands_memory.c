// Commands about memory: accesses of the CPU, and the calls that map and unmap.
#include "script/session.h"

#include "procarium/report.h"
#include "report/regions.h"
#include "script/advice.h"
#include "script/messages.h"

#include <string.h>

#define ACCESS_MAX 65536
#define PAGES_MAX  (TASK_SIZE >> PAGE_SHIFT)

// ---- Addresses -------------------------------------------------------------------------------------

static size_t region_length(const char *text)
{
    return strcspn(text, "+-");
}

// "+100", "-3p": bytes or pages behind a region's name. False if it is nothing like that.
static bool parse_offset(const char *text, s64 *offset)
{
    u32 length = (u32)strlen(text);
    bool in_pages = length > 1 && text[length - 1] == 'p';
    bool is_huge = false;

    *offset = 0;
    if (length == 0)
        return true;
    if (!parse_number(text + 1, length - 1 - in_pages, offset, &is_huge) || is_huge ||
        *offset < 0 || *offset > UINT32_MAX)
        return false;
    if (in_pages)
        *offset *= PAGE_SIZE;
    if (*offset > UINT32_MAX)
        return false;
    if (text[0] == '-')
        *offset = -*offset;
    return true;
}

static bool fail_unknown_region(struct session *s, const struct word *w,
                                const struct task_struct *p)
{
    fail(s, w->offset, MSG_NO_REGION, p->pid, w->text);
    strbuf_puts(&s->diagnosis.hint, HINT_REGIONS);
    region_names(s->m, at(s->m, p->mm, struct mm_struct), &s->diagnosis.hint);
    return false;
}

// A number, or a region's name with an offset. With `of_area` the name means what is mapped, in
// whole pages; else it means where the program uses it from: the stack, from its pointer up.
static bool word_place(struct session *s, const struct word *w, const struct task_struct *p,
                       bool of_area, uaddr *address)
{
    size_t length = region_length(w->text);
    uaddr base;
    s64 value;

    if (w->kind != WORD_PLAIN || w->is_number || is_bare_address(w)) {
        if (is_bare_address(w))
            return word_address(s, w, address);
        if (!word_in_range(s, w, WHAT_ADDRESS, INT32_MIN, UINT32_MAX, &value))
            return false;
        *address = (uaddr)value;
        return true;
    }
    if (!p) // made before it is known who acts: later
        return false;
    if (!p->mm)
        return fail(s, w->offset, MSG_HAS_NONE, p->pid, "mm");
    const struct mm_struct *mm = at(s->m, p->mm, struct mm_struct);
    uaddr esp = of_area ? stack_area_start(s->m, mm) : task_pt_regs(s->m, p)->esp;
    if (!region_base(s->m, mm, esp, w->text, length, &base))
        return fail_unknown_region(s, w, p);
    if (of_area)
        base = page_align(base);
    if (!parse_offset(w->text + length, &value))
        return fail(s, w->offset + (u32)length, MSG_NOT_OFFSET, w->text + length);
    *address = base + (uaddr)(u32)value;
    return true;
}

bool word_user_address(struct session *s, const struct word *w, const struct task_struct *p,
                       uaddr *address)
{
    return word_place(s, w, p, false, address);
}

// The command's first word is an address of the actor's. Below the stack pointer, the program has
// moved that first, as a function with many variables would.
static bool prepare_address(struct session *s, const struct node *n, struct plan *plan)
{
    const struct word *w = &n->word[0];

    if (!word_user_address(s, w, plan->actor, &plan->access.address))
        return false;
    plan->access.moves_stack =
        w->kind == WORD_PLAIN && region_length(w->text) == 5 && strncmp(w->text, "stack", 5) == 0;
    return true;
}

// "pages=N", the last word: the same in N pages in all. *words is how many there are before it.
static bool prepare_pages(struct session *s, const struct node *n, struct plan *plan, u32 *words)
{
    const struct word *w = &n->word[n->words - 1];
    const char *text = word_after(w, "pages");
    s64 pages = 1;

    *words = n->words;
    if (!text)
        return true;
    if (!option_number(s, w, text, WHAT_PAGES, 1, PAGES_MAX, &pages))
        return false;
    plan->access.pages = (u32)pages - 1;
    --*words;
    return true;
}

// ---- load and store --------------------------------------------------------------------------------

PREPARE(load)
{
    s64 size = 4;
    u32 words;

    plan->access = (struct access){ 0 };
    if (!prepare_pages(s, n, plan, &words) || !prepare_address(s, n, plan) ||
        (words > 1 && !word_in_range(s, &n->word[1], WHAT_SIZE, 1, ACCESS_MAX, &size)))
        return false;
    plan->access.size = (u32)size;
    return true;
}

// A number is a word of four bytes, everything else is text.
PREPARE(store)
{
    const struct word *w = &n->word[1];
    u32 value, words;

    plan->access = (struct access){ 0 };
    if (!prepare_pages(s, n, plan, &words) || !prepare_address(s, n, plan))
        return false;
    if (words < 2)
        return fail(s, n->end, MSG_TOO_FEW, n->command->info.name);
    if (words > 2)
        return fail(s, n->word[2].offset, MSG_TOO_MANY, n->command->info.name);
    plan->access.bytes = w->text;
    plan->access.size = w->length;
    if (w->kind >= WORD_VARIABLE || (w->kind == WORD_PLAIN && w->is_number)) {
        if (!word_u32(s, w, WHAT_VALUE, &value))
            return false;
        memcpy(plan->bytes, &value, sizeof plan->bytes);
        plan->access.bytes = plan->bytes;
        plan->access.size = sizeof plan->bytes;
    }
    return plan->access.size > 0 || fail(s, w->offset, MSG_NO_BYTES);
}

// ---- mmap, munmap, mprotect, brk -------------------------------------------------------------------

static bool is_region_name(const struct word *w)
{
    for (u32 i = 0; i < w->length; i++) {
        char c = w->text[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!is_letter && (i == 0 || ((c < '0' || c > '9') && c != '.')))
            return false;
    }
    return w->kind == WORD_PLAIN && w->length > 0;
}

// Every program has these: a mapping of that name could not be told from them.
static bool is_part_name(const struct word *w)
{
    return word_is(w, "text") || word_is(w, "data") || word_is(w, "bss") || word_is(w, "heap") ||
           word_is(w, "stack");
}

// none, or letters of rwx.
static bool parse_protection(const char *text, u32 *prot)
{
    static const char letters[] = "rwx";

    *prot = 0;
    if (strcmp(text, "none") == 0)
        return true;
    for (; *text; text++) {
        const char *letter = strchr(letters, *text);

        if (!letter)
            return false;
        *prot |= 1u << (letter - letters);
    }
    return *prot != 0;
}

static bool map_option(struct session *s, const struct word *w, struct call *call)
{
    const char *prot = word_after(w, "prot"), *fd = word_after(w, "fd"), *to = word_after(w, "at");
    s64 descriptor;

    if (prot)
        return parse_protection(prot, &call->args[2]) ||
               fail(s, w->offset, MSG_NOT_PROTECTION, prot);
    if (to) {
        call->args[3] |= MAP_FIXED;
        return option_address(s, w, to, 0, &call->args[0]);
    }
    if (!fd)
        return fail(s, w->offset, MSG_MAP_WORD, w->text);
    if (!option_number(s, w, fd, WHAT_ARGUMENT, INT32_MIN, UINT32_MAX, &descriptor))
        return false;
    call->args[3] &= ~MAP_ANONYMOUS;
    call->args[4] = (u32)descriptor;
    return true;
}

// mmap PAGES private|shared [NAME] [prot=rwx] [fd=N] [at=ADDR]
PREPARE(mmap)
{
    struct call *call = &plan->made;
    u32 index;
    s64 pages;

    call->nr = __NR_mmap;
    if (!word_in_range(s, &n->word[0], WHAT_PAGES, 0, PAGES_MAX, &pages) ||
        !word_choice(s, &n->word[1], "private shared", &index))
        return false;
    call->args[1] = (u32)pages * PAGE_SIZE;
    call->args[2] = PROT_READ | PROT_WRITE;
    call->args[3] = MAP_ANONYMOUS | (index ? MAP_SHARED : MAP_PRIVATE);
    for (u32 i = 2; i < n->words; i++) {
        const struct word *w = &n->word[i];

        if (i > 2 || !is_region_name(w)) {
            if (!map_option(s, w, call))
                return false;
            continue;
        }
        if (w->length >= AREA_NAME_MAX)
            return fail(s, w->offset, MSG_REGION_LONG, AREA_NAME_MAX - 1);
        if (is_part_name(w))
            return fail(s, w->offset, MSG_REGION_TAKEN, w->text);
        if (is_bare_address(w))
            return fail(s, w->offset, MSG_REGION_ADDRESS, w->text);
        s->strings[0] = w->text;
        s->strings[1] = NULL;
        call->strings = s->strings;
    }
    return true;
}

// Without a count: to the end of the area that the address lies in.
static bool word_length(struct session *s, const struct word *w, const struct task_struct *p,
                        uaddr address, u32 *length)
{
    s64 pages;

    if (w) {
        if (!word_in_range(s, w, WHAT_PAGES, 0, PAGES_MAX, &pages))
            return false;
        *length = (u32)pages * PAGE_SIZE;
        return true;
    }
    if (!p || !p->mm)
        return false;
    const struct vm_area_struct *vma =
        look_for_vma(s->m, at(s->m, p->mm, struct mm_struct), address);
    *length = vma && vma->vm_start <= address ? vma->vm_end - address : PAGE_SIZE;
    return true;
}

// munmap NAME|ADDR [PAGES]
PREPARE(munmap)
{
    u32 *args = plan->made.args;

    plan->made.nr = __NR_munmap;
    return word_place(s, &n->word[0], plan->actor, true, &args[0]) &&
           word_length(s, n->words > 1 ? &n->word[1] : NULL, plan->actor, args[0], &args[1]);
}

// mprotect NAME|ADDR [PAGES] PROT
PREPARE(mprotect)
{
    const struct word *prot = &n->word[n->words - 1];
    u32 *args = plan->made.args;

    plan->made.nr = __NR_mprotect;
    if (!word_place(s, &n->word[0], plan->actor, true, &args[0]) ||
        !word_length(s, n->words > 2 ? &n->word[1] : NULL, plan->actor, args[0], &args[1]))
        return false;
    return (prot->kind == WORD_PLAIN && parse_protection(prot->text, &args[2])) ||
           fail(s, prot->offset, MSG_NOT_PROTECTION, prot->text);
}

// brk [ADDR | +BYTES | -BYTES | +PAGESp …]
PREPARE(brk)
{
    plan->made.nr = __NR_brk;
    if (n->words == 0)
        return true;
    const struct word *w = &n->word[0];
    s64 offset;
    if (w->kind != WORD_PLAIN || !strchr("+-", w->text[0]))
        return word_user_address(s, w, plan->actor, &plan->made.args[0]);
    if (!parse_offset(w->text, &offset))
        return fail(s, w->offset, MSG_NOT_OFFSET, w->text);
    if (!plan->actor || !plan->actor->mm)
        return false;
    plan->made.args[0] = at(s->m, plan->actor->mm, struct mm_struct)->brk + (uaddr)(u32)offset;
    return true;
}

// Who writes a number behind fork means who shall call it.
static bool fail_eager(struct session *s, const struct word *w)
{
    fail(s, w->offset, MSG_NOT_CHOICE, w->text, "eager=0 eager=1");
    if (w->is_number)
        strbuf_printf(&s->diagnosis.hint, HINT_ACTOR_COLON, w->text);
    else
        advise_word(w->text, &s->diagnosis.hint);
    return false;
}

// fork [eager=1]
PREPARE(fork)
{
    const char *eager = n->words ? word_after(&n->word[0], "eager") : NULL;

    plan->made.nr = __NR_fork;
    if (n->words && (!eager || strlen(eager) != 1 || !strchr("01", eager[0])))
        return fail_eager(s, &n->word[0]);
    plan->made.args[0] = eager && eager[0] == '1' ? FORK_EAGER : 0;
    return true;
}
