// The report about a task's signals.
#include "procarium/report.h"
#include "report/fields.h"
#include "report/text.h"

// ---- sig -----------------------------------------------------------------------------------------

static const struct field sigset_field = {
    "", 0, sizeof(struct sigset), 1, KIND_SIGSET, 0, 0, false
};

static void add_set(const struct machine *m, const char *name, const struct sigset *set,
                    struct strbuf *out)
{
    strbuf_printf(out, " %-15s", name);
    field_value(m, NULL, &sigset_field, set, 0, out);
    strbuf_putc(out, '\n');
}

static void add_queue(const struct machine *m, const struct sigpending *pending, struct strbuf *out)
{
    kaddr head = kaddr_of(m, &pending->list);
    u32 limit = 4096;
    char buffer[16];

    for (kaddr link = pending->list.next; link != head && limit--;) {
        if (!is_kaddr(m, link, sizeof(struct sigqueue)))
            return;
        const struct sigqueue *q = at(m, link, struct sigqueue);

        strbuf_printf(out, "   queued %08x: %s code %d", link,
                      signal_text(q->si_signo, buffer, sizeof buffer), q->si_code);
        if (q->si_code != SI_KERNEL)
            strbuf_printf(out, " from %d", q->si_pid);
        strbuf_putc(out, '\n');
        link = q->list.next;
    }
}

static void add_actions(const struct sighand_struct *sighand, struct strbuf *out)
{
    u32 special = 0;
    char buffer[16];

    for (s32 signal = 1; signal <= _NSIG; signal++) {
        const struct k_sigaction *action = &sighand->action[signal - 1];

        if (action->sa_handler == SIG_DFL)
            continue;
        special++;
        strbuf_printf(out, " %-15s", signal_text(signal, buffer, sizeof buffer));
        if (action->sa_handler == SIG_IGN)
            strbuf_puts(out, "ignored");
        else
            strbuf_printf(out, "handler %08x", action->sa_handler);
        if (action->sa_flags) {
            strbuf_putc(out, ' ');
            names_of_flags(NAMES_SA, action->sa_flags, out);
        }
        strbuf_putc(out, '\n');
    }
    strbuf_printf(out, special ? " all other signals: default\n" : " all signals: default\n");
}

bool report_sig(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);

    if (!p)
        return false;
    const struct signal_struct *signal = signal_or_null(m, p);
    const struct sighand_struct *sighand = sighand_or_null(m, p);
    const struct thread_info *ti = thread_info_or_null(m, p);
    strbuf_puts(out, "signals of ");
    add_task_name(p, out);
    strbuf_printf(out, "%s\n",
                  ti && ti->flags >> TIF_SIGPENDING & 1 ? ": TIF_SIGPENDING is set" : "");
    add_set(m, "blocked", &p->blocked, out);
    add_set(m, "pending", &p->pending.signal, out);
    add_queue(m, &p->pending, out);
    if (signal) {
        add_set(m, "shared pending", &signal->shared_pending.signal, out);
        add_queue(m, &signal->shared_pending, out);
    } else {
        strbuf_puts(out, " signal_struct NULL: it has ended\n");
    }
    if (sighand) {
        strbuf_printf(out, " sighand_struct %08x, count %d\n", p->sighand, sighand->count);
        add_actions(sighand, out);
    }
    return true;
}
