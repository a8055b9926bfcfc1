#include "vm/sourcetext.h"

#include <utf8proc.h>

#include "compiler/anchors.h"
#include "compiler/compile.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/text/str.h"
#include "runtime/text/utf8.h"
#include "vm/import.h"
#include "vm/load.h"
#include "vm/machine.h"

/* --- source lines --- */

static bool is_utf8(const char *text, size_t length) {
    static const uint8_t least_lead[] = {0, 0, 0xC2, 0xE0, 0xF0};
    const uint8_t *s = (const uint8_t *)text;
    for (size_t i = 0; i < length;) {
        int size = s[i] < 0x80 ? 1 : s[i] < 0xE0 ? 2 : s[i] < 0xF0 ? 3 : 4;
        if (s[i] >= 0x80 && (s[i] < least_lead[size] || s[i] > 0xF4)) return false;
        for (int k = 1; k < size; k++) {
            if (i + (size_t)k >= length || (s[i + (size_t)k] & 0xC0) != 0x80) return false;
        }
        i += (size_t)size;
    }
    return true;
}

void source_text_fini(SourceText *s) {
    memory_free(s->vm, s->text, s->size ? s->size : 1);
    s->text = NULL;
    s->size = 0;
}

/* A copy of a registered source text. */
static void copy_source(SourceText *s, Value source) {
    size_t length;
    Value keeper = ABSENT;
    const char *utf8 = string_utf8(s->vm, source, &length, &keeper);
    s->text = utf8 ? memory_alloc(s->vm, length ? length : 1) : NULL;
    if (s->text != NULL) {
        memcpy(s->text, utf8, length);
        s->size = length;
    }
    value_xdrop(s->vm, keeper);
}

/* Make a file's text UTF-8, if it says that it is something else. */
static void decode_text(SourceText *s) {
    Value decoded = source_decode(s->vm, s->text, s->size);
    if (is_absent(decoded)) return;
    source_text_fini(s);
    copy_source(s, decoded);
    value_drop(s->vm, decoded);
}

/* The text of the library module that a name like "<frozen json>" means. */
static void load_library_text(SourceText *s, Value filename) {
    static const char mark[] = "<frozen ";
    const String *name = as_string(filename);
    int64_t start = (int64_t)strlen(mark), end = string_length(name) - 1;
    if (!name->ascii || end <= start || memcmp(name->data, mark, (size_t)start) != 0) return;
    Value module = string_slice(s->vm, filename, start, end);
    Value text = is_absent(module) ? ABSENT : load_frozen_source(s->vm, module);
    if (!is_absent(text) && is_string(text)) copy_source(s, text);
    value_xdrop(s->vm, text);
    value_xdrop(s->vm, module);
}

static void load_text(SourceText *s, Value filename) {
    if (!is_absent(s->filename) && string_equal(s->filename, filename)) return;
    source_text_fini(s);
    s->filename = filename;
    Value source = dict_get(s->vm, vm_machine(s->vm)->sources, filename);
    if (!is_absent(source)) {
        copy_source(s, source);
    } else {
        const String *name = as_string(filename);
        int64_t length = string_length(name);
        bool unreal = length > 1 && string_at(name, 0) == '<' && string_at(name, length - 1) == '>';
        if (unreal)
            load_library_text(s, filename);
        else
            s->text = import_read(s->vm, filename, &s->size);
        if (s->text != NULL) decode_text(s);
        if (s->text != NULL && !is_utf8(s->text, s->size)) source_text_fini(s);
    }
    error_clear(s->vm);
}

typedef struct {
    const char *text;
    size_t length;
} Line;

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Lines first..first+count of the text, without blanks at their ends. */
static void find_lines(const SourceText *s, uint32_t first, uint32_t count, Line *lines) {
    const char *next = s->text, *end = s->text + s->size;
    if (next != NULL && s->size >= 3 && memcmp(next, "\xEF\xBB\xBF", 3) == 0) next += 3;
    memset(lines, 0, count * sizeof *lines);
    for (uint32_t n = 1; next != NULL && next < end && n < first + count; n++) {
        const char *stop = next;
        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        if (n >= first) {
            Line *line = &lines[n - first];
            *line = (Line){next, (size_t)(stop - next)};
            while (line->length && is_blank(line->text[line->length - 1]))
                line->length--;
        }
        next = stop + (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n' ? 2 : 1);
    }
}

/* Cut off the white space that all lines that are not empty have in front. */
static size_t dedent(Line *lines, uint32_t count) {
    const Line *model = NULL;
    size_t margin = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].length == 0) continue;
        size_t indent = 0;
        while (lines[i].text[indent] == ' ' || lines[i].text[indent] == '\t')
            indent++;
        if (model == NULL) {
            model = &lines[i];
            margin = indent;
            continue;
        }
        size_t common = 0;
        while (common < margin && common < indent && lines[i].text[common] == model->text[common])
            common++;
        margin = common;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].length == 0) continue;
        lines[i].text += margin;
        lines[i].length -= margin;
    }
    return margin;
}

/* --- carets --- */

/* Columns that the first `bytes` of a line take on a screen. */
static size_t display_width(Line line, size_t bytes) {
    size_t width = 0;
    if (bytes > line.length) bytes = line.length;
    for (const char *next = line.text, *end = line.text + bytes; next < end;) {
        uint32_t c = utf8_decode(&next);
        width += c >= 0x1100 && utf8proc_charwidth((int32_t)c) == 2 ? 2 : 1;
    }
    return width;
}

/* What of the lines is marked. Columns are in bytes until they are shown. */
typedef struct {
    Line *lines;
    uint32_t count;
    size_t start, end; /* in the first and in the last line */
    bool shown;        /* carets are to be shown */
    bool anchored;
    CaretAnchors anchors;
} Marks;

static bool blank_between(Line line, size_t from, size_t to) {
    for (size_t i = from; i < to && i < line.length; i++) {
        if (!is_blank(line.text[i])) return false;
    }
    return true;
}

/* The marked text, lines joined, from the start in the first to the end in the last one; from_start false:
 * all. */
static void join_lines(Buffer *buffer, const Marks *m, bool from_start) {
    for (uint32_t i = 0; i < m->count; i++) {
        size_t from = i == 0 && from_start ? m->start : 0, to = m->lines[i].length;
        if (i == m->count - 1 && from_start && m->end < to) to = m->end;
        if (i) buffer_append_char(buffer, '\n');
        if (to > from) buffer_append(buffer, m->lines[i].text + from, to - from);
    }
}

static void decide_marks(SourceText *s, Marks *m) {
    Allocator allocator = {heap_allocate_fn, vm_heap(s->vm)};
    Buffer text;
    buffer_init(&text, allocator);
    join_lines(&text, m, true);
    if (!text.failed && text.length)
        m->anchored = anchors_find(allocator, text.data, text.length, &m->anchors);
    if (m->anchored && m->anchors.left_line == 0) m->anchors.left_column += (int)m->start;
    if (m->anchored && m->anchors.right_line == 0) m->anchors.right_column += (int)m->start;
    text.length = 0;
    join_lines(&text, m, false);
    bool whole = !text.failed && text.length &&
                 anchors_whole_call(allocator, text.data, text.length, (int)m->start, (int)m->end);
    buffer_fini(&text);
    Line last = m->lines[m->count - 1];
    m->shown = !whole && (m->anchored || !blank_between(m->lines[0], 0, m->start) ||
                          !blank_between(last, m->end, last.length));
}

/* One line, and the carets under it. */
static void print_marked_line(SourceText *s, const Marks *m, uint32_t n) {
    Line line = m->lines[n];
    builder_c(s->out, "    ");
    builder_utf8(s->out, line.text, line.length);
    builder_char(s->out, '\n');
    if (!m->shown) return;
    size_t indent = 0;
    while (indent < line.length && is_blank(line.text[indent]))
        indent++;
    size_t first = n == 0 ? display_width(line, m->start) : 0;
    size_t width = display_width(line, n == m->count - 1 ? m->end : line.length);
    const CaretAnchors *a = &m->anchors;
    size_t left = m->anchored && (int)n == a->left_line ? display_width(line, (size_t)a->left_column) : 0;
    size_t right = m->anchored && (int)n == a->right_line ? display_width(line, (size_t)a->right_column) : 0;
    builder_c(s->out, "    ");
    for (size_t column = 0; column < width; column++) {
        char c = m->anchored ? '~' : '^';
        if (column < indent || column < first) {
            c = ' ';
        } else if (m->anchored && ((int)n > a->left_line || ((int)n == a->left_line && column >= left)) &&
                   ((int)n < a->right_line || ((int)n == a->right_line && column < right))) {
            c = '^';
        }
        builder_char(s->out, (uint32_t)c);
    }
    builder_char(s->out, '\n');
}

/* Of many lines only the first, the last and those around the anchors are shown. */
static bool is_significant(const Marks *m, uint32_t n) {
    const CaretAnchors *a = &m->anchors;
    int i = (int)n;
    if (n == 0 || n == m->count - 1) return true;
    return m->anchored && ((i >= a->left_line - 1 && i <= a->left_line + 1) ||
                           (i >= a->right_line - 1 && i <= a->right_line + 1));
}

static void print_marked_lines(SourceText *s, Marks *m) {
    decide_marks(s, m);
    uint32_t shown = 0;
    for (uint32_t n = 0; n < m->count; n++) {
        if (!is_significant(m, n)) continue;
        uint32_t gap = n > shown ? n - shown : 0; /* lines left out since the last one shown */
        if (gap == 1) print_marked_line(s, m, n - 1);
        if (gap > 1) builder_format(s->out, "    ...<%u lines>...\n", gap);
        print_marked_line(s, m, n);
        shown = n + 1;
    }
}

Value source_text_mark(VM *vm, Value text, int64_t start, int64_t end) {
    size_t size;
    Value keeper = ABSENT;
    const char *utf8 = string_utf8(vm, text, &size, &keeper);
    uint32_t count = 1;
    if (utf8 == NULL) return ABSENT;
    for (size_t i = 0; i < size; i++)
        count += utf8[i] == '\n';
    Line *lines = memory_alloc(vm, count * sizeof *lines);
    Builder out;
    builder_init(&out, vm);
    if (lines != NULL) {
        SourceText s = {.vm = vm, .out = &out, .filename = ABSENT, .text = (char *)utf8, .size = size};
        find_lines(&s, 1, count, lines);
        Marks marks = {.lines = lines, .count = count};
        marks.start = start > 0 ? (size_t)start : 0;
        marks.end = end > 0 ? (size_t)end : 0;
        if (marks.start > lines[0].length) marks.start = lines[0].length;
        if (marks.end > lines[count - 1].length) marks.end = lines[count - 1].length;
        print_marked_lines(&s, &marks);
        memory_free(vm, lines, count * sizeof *lines);
    }
    value_xdrop(vm, keeper);
    if (lines != NULL) return builder_finish(&out);
    builder_fini(&out);
    return ABSENT;
}

/* --- from a frame --- */

void source_text_print(SourceText *s, Builder *out, const Code *code, uint32_t index, uint32_t line,
                       bool carets) {
    enum { LINES_MAX = 4000 };
    CodePosition position = code_position(code, index);
    if (line == 0) return;
    s->out = out;
    load_text(s, code->filename);
    bool span = carets && (uint32_t)position.line == line && position.column >= 0 && position.end_column >= 0;
    uint32_t count =
        span && position.end_line > position.line ? (uint32_t)(position.end_line - position.line) + 1 : 1;
    if (s->text == NULL || count > LINES_MAX) return;
    size_t size = count * sizeof(Line);
    Line *lines = memory_alloc(s->vm, size);
    if (lines == NULL) {
        error_clear(s->vm);
        return;
    }
    find_lines(s, line, count, lines);
    size_t margin = dedent(lines, count);
    bool empty = true;
    for (uint32_t i = 0; i < count; i++)
        empty &= lines[i].length == 0;
    if (!empty && !span) {
        while (lines[0].length && is_blank(lines[0].text[0]))
            lines[0].text++, lines[0].length--;
        builder_c(s->out, "    ");
        builder_utf8(s->out, lines[0].text, lines[0].length);
        builder_char(s->out, '\n');
    } else if (!empty) {
        size_t start = (size_t)position.column, end = (size_t)position.end_column;
        Marks marks = {.lines = lines, .count = count};
        marks.start = start > margin ? start - margin : 0;
        marks.end = end > margin ? end - margin : 0;
        if (marks.start > lines[0].length) marks.start = lines[0].length;
        if (marks.end > lines[count - 1].length) marks.end = lines[count - 1].length;
        print_marked_lines(s, &marks);
    }
    memory_free(s->vm, lines, size);
}
