/* Line editing by GNU readline. */
#include "cli/terminal.h"

#ifdef MPY_READLINE

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "cli/complete.h"
#include "runtime/containers/list.h"
#include "runtime/errors/error.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

enum { HISTORY_MAX = 2000 /* lines kept in the file */ };

/* readline's callbacks carry no context, so that of the line being read stands here while it is. */
static struct {
    VM *vm;
    Value words; /* the completions being handed out; owned, or ABSENT */
    char *line;  /* malloc'ed by readline; NULL: end of input */
    bool done;
} session;

/* --- completion --- */

/* readline's generator: the next completion, malloc'ed, or NULL. */
static char *next_word(const char *text, int state) {
    VM *vm = session.vm;
    if (state == 0) {
        Value saved = error_take(vm);
        value_set(vm, &session.words, complete_word(vm, text));
        error_clear(vm);
        error_restore(vm, saved);
    }
    if (is_absent(session.words) || state >= as_list(session.words)->length) return NULL;
    size_t length;
    Value keeper = ABSENT;
    const char *word = string_utf8(vm, as_list(session.words)->items[state], &length, &keeper);
    char *copy = word ? strndup(word, length) : NULL;
    value_xdrop(vm, keeper);
    error_clear(vm);
    return copy;
}

/* The tab key where a line begins indents it; elsewhere it completes. */
static char **complete(const char *text, int start, int end) {
    rl_attempted_completion_over = 1;
    rl_completion_append_character = '\0';
    bool blank = *text == '\0';
    for (int i = 0; i < start && blank; i++)
        blank = rl_line_buffer[i] == ' ' || rl_line_buffer[i] == '\t';
    if (!blank) return rl_completion_matches(text, next_word);
    rl_insert_text("    ");
    return NULL;
}

/* --- history --- */

/* ~/.mpy_history, malloc'ed; NULL: there is no home. */
static char *history_path(void) {
    const char *home = getenv("HOME");
    char *path;
    return home && *home && asprintf(&path, "%s/.mpy_history", home) >= 0 ? path : NULL;
}

static void remember(const char *line) {
    const HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
    if (*line && !(last && strcmp(last->line, line) == 0)) add_history(line);
}

bool terminal_begin(VM *vm) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return false;
    session.vm = vm;
    rl_readline_name = "mpy";
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";
    rl_catch_signals = 0;
    rl_variable_bind("enable-bracketed-paste", "off"); /* pasted lines come one by one, as typed ones do */
    setlocale(LC_CTYPE, "");                           /* for readline to count characters */
    using_history();
    stifle_history(HISTORY_MAX);
    char *path = history_path();
    if (path) read_history(path);
    free(path);
    return true;
}

void terminal_end(VM *vm) {
    char *path = history_path();
    if (path) write_history(path);
    free(path);
    value_clear(vm, &session.words);
    session.vm = NULL;
}

/* --- reading --- */

static void take_line(char *line) {
    session.line = line;
    session.done = true;
    rl_callback_handler_remove();
}

/* Feed readline with what is typed until there is a line; false RAISES. */
static bool collect_line(VM *vm) {
    while (!session.done) {
        struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
        int ready = poll(&p, 1, -1);
        if (ready > 0) {
            rl_callback_read_char();
        } else if (errno != EINTR) {
            raise_os(vm, errno, ABSENT);
            break;
        } else if (vm_interrupted(vm) && !vm->hooks.run_pending(vm)) {
            break;
        } else {
            rl_resize_terminal();
        }
    }
    return session.done;
}

Value terminal_read(VM *vm, Value prompt) {
    size_t length;
    Value keeper = ABSENT;
    const char *text = string_utf8(vm, prompt, &length, &keeper);
    if (!text) return ABSENT;
    session.vm = vm;
    session.line = NULL;
    session.done = false;
    fflush(stdout);
    rl_callback_handler_install(text, take_line);
    bool ok = collect_line(vm);
    if (!ok) {
        rl_free_line_state();
        rl_callback_sigcleanup();
        rl_callback_handler_remove();
    }
    value_xdrop(vm, keeper);
    value_clear(vm, &session.words);
    if (!ok || !session.line) return ABSENT;
    remember(session.line);
    Value line = string_decode_utf8(vm, session.line, strlen(session.line), "replace");
    free(session.line);
    return line;
}

#else

bool terminal_begin(VM *vm) { return false; }

void terminal_end(VM *vm) {}

Value terminal_read(VM *vm, Value prompt) { return ABSENT; }

#endif
