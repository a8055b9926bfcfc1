/* TextIOWrapper, its reading half: bytes become chunks of text, and a place in a chunk one in the bytes. */
#include "runtime/files/filetext.h"

#include <unistd.h>

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/row.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"

/* --- bytes to text --- */

/* The place of a byte order mark, if there was one, is behind the first `decoded` bytes: what follows has none. */
static bool learn_mark(TextFile *t, int64_t decoded) {
    bool wide = strcmp(t->decoder, "utf-32") == 0;
    int64_t least = wide ? 4 : strcmp(t->decoder, "utf-16") == 0 ? 2 : 0;
    const char *after = text_file_encoding_after_mark(t->decoder, t->source, t->source_length);
    if (decoded < least || t->source_length == 0 || after == t->decoder) return false;
    t->decoder = after;
    return true;
}

/* How many bytes the mark at the source's beginning has, where there may be one. */
static int64_t mark_length(const TextFile *t) {
    static const char utf_8[] = "\xEF\xBB\xBF";
    if (strcmp(t->decoder, "utf-8") != 0) return strncmp(t->decoder, "utf-32", 6) == 0 ? 4 : 2;
    return t->source_length >= 3 && memcmp(t->source, utf_8, 3) == 0 ? 3 : 0;
}

/* The text of the source's bytes from `from` on. `taken` NULL: nothing follows them; else how many are whole
 * characters. */
static Value decode(VM *vm, TextFile *t, int64_t from, int64_t length, int64_t *taken) {
    bool busy = t->busy;
    Value text = ABSENT;
    size_t whole = (size_t)length;
    t->busy = true; /* a codec or an error handler may be the program's */
    if (taken) {
        text =
            codec_decode_part(vm, t->decoder, t->source + from, (size_t)length, text_file_errors(t), &whole);
        *taken = (int64_t)whole;
    } else if (t->utf8) {
        text = string_decode_utf8(vm, (const char *)t->source + from, (size_t)length, text_file_errors(t));
    } else {
        Value bytes = bytes_from(vm, t->source + from, length);
        if (!is_absent(bytes)) text = codec_decode(vm, bytes, t->decoder, text_file_errors(t));
        value_xdrop(vm, bytes);
    }
    t->busy = busy;
    return text;
}

static int64_t below_seek(VM *vm, TextFile *t, int64_t offset, int whence) {
    t->busy = true;
    int64_t at = stream_seek(vm, t->buffer, offset, whence);
    t->busy = false;
    return at;
}

/* --- reading --- */

/* Line ends made '\n' (in universal mode), and noted. A '\r' at the chunk's end waits for the next one,
 * unless `last`. Takes the text. */
static Value translate(VM *vm, TextFile *t, STEALS Value text, bool last) {
    const String *s = as_string(text);
    int64_t length = string_length(s);
    if (length == 0 && !last) return text;
    bool held = t->last_cr, ends_in_cr = length > 0 && string_at(s, length - 1) == '\r' && !last;
    if (!held && !ends_in_cr && text_find_char(s, '\r', 0, length) < 0) {
        if (text_find_char(s, '\n', 0, length) >= 0) t->seen |= SEEN_LF;
        return text;
    }
    Builder b;
    builder_init(&b, vm);
    bool keep = t->newline != NEWLINE_UNIVERSAL;
    for (int64_t i = held ? -1 : 0; i < length - ends_in_cr; i++) {
        uint32_t c = i < 0 ? '\r' : string_at(s, i);
        bool pair = c == '\r' && i + 1 < length && string_at(s, i + 1) == '\n';
        if (c == '\r') t->seen |= pair ? SEEN_CRLF : SEEN_CR;
        if (c == '\n') t->seen |= SEEN_LF;
        if (pair) i++;
        if (c == '\r' && keep) {
            builder_c(&b, pair ? "\r\n" : "\r");
        } else {
            builder_char(&b, c == '\r' ? '\n' : c);
        }
    }
    t->last_cr = ends_in_cr;
    value_drop(vm, text);
    return builder_finish(&b);
}

static bool reserve_source(VM *vm, TextFile *t, int64_t room) {
    if (t->source_capacity >= room) return true;
    uint8_t *source = memory_resize(vm, t->source, (size_t)t->source_capacity, (size_t)room);
    if (!source) return false;
    t->source = source;
    t->source_capacity = room;
    return true;
}

/* The text of the source, but for an incomplete character at its end that may be going on; `last`: nothing follows.
 * NEW, RAISES. */
static Value decode_source(VM *vm, TextFile *t, bool last) {
    int64_t taken = t->source_length;
    size_t length = (size_t)taken;
    bool undecided = t->marked && codec_is_part_of_mark(t->decoder, t->source, length); /* even at the end */
    Value text = decode(vm, t, 0, taken, last && !undecided ? NULL : &taken);
    if (!is_absent(text) && t->marked && !codec_check_mark(vm, t->decoder, t->source, (size_t)taken)) {
        value_clear(vm, &text);
    }
    t->mark = 0;
    if (t->marked && !undecided && learn_mark(t, is_absent(text) ? 0 : taken)) t->mark = mark_length(t);
    if (is_absent(text)) return ABSENT;
    t->decoded = taken;
    t->held_before = t->last_cr;
    bool looks = t->newline == NEWLINE_UNIVERSAL || t->newline == NEWLINE_KEEP;
    return looks ? translate(vm, t, text, last) : text;
}

enum {
    BLOCK_MAX = 1 << 26
}; /* bytes asked for at once: who wants more than there is needs no memory for it */

/* How many bytes to ask for where `hint` characters are wanted, by what came of those before. */
static int64_t next_size(const TextFile *t, int64_t hint) {
    double wanted = (t->bytes_for_character > 1 ? t->bytes_for_character : 1) * (double)hint;
    if (wanted <= (double)t->chunk_size || t->chunk_size >= BLOCK_MAX) return t->chunk_size;
    return wanted < BLOCK_MAX ? (int64_t)wanted : BLOCK_MAX;
}

/* Decode the next block of bytes into the chunk, whose characters have all been taken: 1 there are some, 0
 * there are none for now, -1 RAISES. `hint`: so many characters are wanted, 0: as they come. */
static int next_chunk(VM *vm, TextFile *t, int64_t hint) {
    for (;;) {
        int64_t rest = t->source_length - t->decoded, size = next_size(t, hint);
        if (rest) memmove(t->source, t->source + t->decoded, (size_t)rest);
        t->source_length = rest;
        t->decoded = 0;
        if (!reserve_source(vm, t, size + rest)) return -1;
        t->busy = true;
        int64_t got = stream_read(vm, t->buffer, t->source + rest, size, false);
        t->busy = false;
        if (got == STREAM_BLOCKED) got = 0;
        if (got < 0) return -1;
        t->source_length += got;
        Value text = decode_source(vm, t, got == 0);
        if (is_absent(text)) {
            t->source_length = rest; /* what could not be decoded is lost */
            return -1;
        }
        int64_t length = string_length(as_string(text));
        value_set(vm, &t->chunk, text);
        t->position = 0;
        t->bytes_for_character = length ? (double)got / (double)length : 0;
        t->snapshot |= !t->iterating && t->seekable;
        if (length > 0 || got == 0) return length > 0;
    }
}

static void forget_chunk(VM *vm, TextFile *t) {
    value_clear(vm, &t->chunk);
    t->position = 0;
    t->snapshot = false;
}

static int64_t chunk_left(const TextFile *t) {
    return is_absent(t->chunk) ? 0 : string_length(as_string(t->chunk)) - t->position;
}

/* The place behind the next line end in the chunk, or -1. */
static int64_t find_line_end(const TextFile *t) {
    const String *s = as_string(t->chunk);
    int64_t length = string_length(s);
    if (t->newline == NEWLINE_UNIVERSAL || t->newline == NEWLINE_LF) {
        int64_t at = text_find_char(s, '\n', t->position, length);
        return at < 0 ? -1 : at + 1;
    }
    enum {
        WINDOW = 512
    }; /* where both ends are looked for, the rarer one is not looked for in all the rest */
    for (int64_t i = t->position, stop; i < length; i = stop) {
        stop = length - i < WINDOW ? length : i + WINDOW;
        int64_t lf = t->newline == NEWLINE_KEEP ? text_find_char(s, '\n', i, stop) : -1;
        if (lf >= 0) stop = lf;
        int64_t cr = text_find_char(s, '\r', i, stop);
        bool pair = cr >= 0 && cr + 1 < length && string_at(s, cr + 1) == '\n';
        if (cr >= 0 && (t->newline == NEWLINE_CR || pair || t->newline == NEWLINE_KEEP))
            return cr + 1 + (pair && t->newline != NEWLINE_CR);
        if (lf >= 0) return lf + 1;
        if (cr >= 0) stop = cr + 1;
    }
    return -1;
}

Value text_file_read_line(VM *vm, TextFile *t, int64_t limit) {
    Builder b;
    bool building = false, after_cr = false; /* the last chunk ended in \r, which \r\n may begin with */
    int64_t count = 0;
    bool has_chunk = !is_absent(t->chunk) && string_length(as_string(t->chunk)) > 0;
    if (limit == 0 && has_chunk) return value_ref(vm->empty_string); /* nothing is read */
    for (;;) {
        if (chunk_left(t) == 0) {
            int more = next_chunk(vm, t, 0);
            if (more < 0 && building) builder_fini(&b);
            if (more < 0) return ABSENT;
            if (more == 0) {
                forget_chunk(vm, t);
                break;
            }
        }
        int64_t start = t->position, end = find_line_end(t), last = string_length(as_string(t->chunk));
        if (after_cr && string_at(as_string(t->chunk), start) == '\n') end = start + 1;
        bool whole = end >= 0;
        if (!whole) end = last;
        if (limit >= 0 && end - start >= limit - count) end = start + limit - count, whole = true;
        t->position = end;
        count += end - start;
        after_cr = t->newline == NEWLINE_CRLF && string_at(as_string(t->chunk), end - 1) == '\r';
        if (!building && whole) return string_slice(vm, t->chunk, start, end);
        if (!building) builder_init(&b, vm), building = true;
        builder_slice(&b, t->chunk, start, end);
        if (whole || b.failed) break;
    }
    return building ? builder_finish(&b) : value_ref(vm->empty_string);
}

static Value read_characters(VM *vm, TextFile *t, int64_t size) {
    if (size > 0 && chunk_left(t) >= size) {
        t->position += size;
        return string_slice(vm, t->chunk, t->position - size, t->position);
    }
    Builder b;
    builder_init(&b, vm);
    for (int64_t left = size; left > 0 && !b.failed;) {
        if (chunk_left(t) == 0) {
            int more = next_chunk(vm, t, left);
            if (more == 0) break;
            if (more < 0) {
                builder_fini(&b);
                return ABSENT;
            }
        }
        int64_t count = chunk_left(t) < left ? chunk_left(t) : left;
        builder_slice(&b, t->chunk, t->position, t->position + count);
        t->position += count;
        left -= count;
    }
    return builder_finish(&b);
}

/* The text of the source and of what read of the stream below has given. */
static Value decode_all(VM *vm, TextFile *t, Value all) {
    BufferView view;
    if (is_none(all)) return decode_source(vm, t, true); /* it would block */
    if (!has_buffer(all))
        return raise_type(vm, "underlying read() should have returned a bytes-like object, not '%T'", all);
    if (is_exactly(all, &bytes_type) && t->source_length == 0) { /* decoded where they lie */
        uint8_t *source = t->source;
        t->source = as_bytes(all)->data;
        t->source_length = as_bytes(all)->length;
        Value text = decode_source(vm, t, true);
        t->source = source;
        return text;
    }
    if (!buffer_acquire(vm, all, BUFFER_SIMPLE, &view)) return ABSENT;
    int64_t rest = t->source_length;
    bool ok = reserve_source(vm, t, rest + view.size);
    if (ok && view.size) memcpy(t->source + rest, view.data, (size_t)view.size);
    if (ok) t->source_length += view.size;
    buffer_release(vm, &view);
    return ok ? decode_source(vm, t, true) : ABSENT;
}

/* All to the end, decoded in one piece. */
static Value read_rest(VM *vm, TextFile *t) {
    Value before = chunk_left(t) ? string_slice(vm, t->chunk, t->position, string_length(as_string(t->chunk)))
                                 : value_ref(vm->empty_string);
    if (is_absent(before)) return ABSENT;
    int64_t rest = t->source_length - t->decoded;
    if (rest && t->decoded) memmove(t->source, t->source + t->decoded, (size_t)rest);
    t->source_length = rest;
    t->decoded = 0;
    t->busy = true;
    Value all = io_ask(vm, t->buffer, "read", ABSENT);
    t->busy = false;
    Value text = is_absent(all) ? ABSENT : decode_all(vm, t, all);
    value_xdrop(vm, all);
    t->source_length = is_absent(text) ? rest : 0;
    t->decoded = 0;
    if (!is_absent(text) && t->snapshot) forget_chunk(vm, t);
    t->position += chunk_left(t);
    Value both = is_absent(text) ? ABSENT : string_concat(vm, before, text);
    value_drop(vm, before);
    value_xdrop(vm, text);
    return both;
}

/* A file ready to be read: what was written goes out first. */
static TextFile *reading(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    if (!text_file_check_open(vm, t) || !text_file_write_pending(vm, t)) return NULL;
    return t->readable ? t : (raise_unsupported(vm, "not readable"), NULL);
}

Value text_file_read(NATIVE_PARAMETERS) {
    int64_t size;
    if (!file_count_argument(vm, args[1], &size)) return ABSENT;
    TextFile *t = as_text_file(args[0]);
    if (!text_file_check_open(vm, t)) return ABSENT;
    if (!t->readable) return raise_unsupported(vm, "not readable"); /* before anything is written */
    if (!text_file_write_pending(vm, t)) return ABSENT;
    return size < 0 ? read_rest(vm, t) : read_characters(vm, t, size);
}

Value text_file_readline(NATIVE_PARAMETERS) {
    int64_t limit = -1;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &limit)) return ABSENT;
    TextFile *t = reading(vm, args[0]);
    return t ? text_file_read_line(vm, t, limit < 0 ? -1 : limit) : ABSENT;
}

/* The line of a class whose readline may be another. NEW, RAISES. */
static Value next_by_method(VM *vm, Value self) {
    Value line = io_ask(vm, self, "readline", ABSENT);
    if (is_absent(line) || is_string(line)) return line;
    raise_error(vm, &exc_OSError, "readline() should have returned a str object, not '%T'", line);
    value_drop(vm, line);
    return ABSENT;
}

Value text_file_next(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    bool plain = t->head.type == &text_file_type;
    if (is_absent(t->buffer) && !text_file_check_usable(vm, t)) return ABSENT;
    t->iterating = true;
    Value line = !plain              ? next_by_method(vm, self)
                 : reading(vm, self) ? text_file_read_line(vm, t, -1)
                                     : ABSENT;
    if (is_absent(line) || string_length(as_string(line)) > 0) return line;
    value_drop(vm, line);
    t->iterating = t->snapshot = false;
    return ABSENT;
}

/* --- positions --- */

/* How many characters the bytes of the source before `end` are; `whole`: without an incomplete one there. -1 RAISES. */
static int64_t count_decoded(VM *vm, TextFile *t, int64_t end, bool whole) {
    int64_t length = end - t->mark;
    Value text = decode(vm, t, t->mark, length, whole ? &length : NULL);
    if (is_absent(text)) return -1;
    int64_t count = string_length(as_string(text));
    value_drop(vm, text);
    return count;
}

/* How few bytes of the source are so many characters, where an error handler may have made characters, or one has
 * several spellings: by halving. If that is too many, a little before lie bytes that only look like the beginning of a
 * character. */
static int64_t find_taken(VM *vm, TextFile *t, int64_t characters) {
    int64_t low = t->mark, high = t->decoded, found = 0;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, count = count_decoded(vm, t, middle, true);
        if (count < 0) return -1;
        if (count < characters)
            low = middle + 1;
        else
            high = middle;
    }
    if ((found = count_decoded(vm, t, low, true)) == characters) return low;
    for (int64_t at = low; at > t->mark && at > low - 4 && found >= 0;) {
        found = count_decoded(vm, t, --at, false);
        if (found == characters) return at;
    }
    return found < 0 ? -1 : low;
}

/* How many characters of the source's text, before line ends were translated, the chunk's first `position` are. A \r
 * that was kept back before is the first of the chunk, and lies before the source. */
static int64_t untranslated(const TextFile *t, const String *text) {
    bool joins = t->newline == NEWLINE_UNIVERSAL; /* \r\n is one character */
    int64_t characters = t->held_before, i = 0, length = string_length(text);
    if (t->held_before && joins && length > 0 && string_at(text, 0) == '\n') i = 1;
    while (characters < t->position && i < length) {
        bool pair = string_at(text, i) == '\r' && i + 1 < length && string_at(text, i + 1) == '\n';
        i += pair && joins ? 2 : 1;
        characters++;
    }
    return i;
}

/* How many bytes of the source the first `position` characters of the chunk came from; those of a \r before the source
 * are negative. */
static int64_t bytes_taken(VM *vm, TextFile *t) {
    const String *chunk = as_string(t->chunk);
    if (t->position == string_length(chunk) && !t->last_cr) return t->decoded;
    if (t->position == 0 && t->held_before)
        return strncmp(t->decoder, "utf-32", 6) == 0 ? -4 : strncmp(t->decoder, "utf-16", 6) == 0 ? -2 : -1;
    bool strict = strcmp(text_file_errors(t), "strict") == 0 && !strstr(t->coder, "unicode_escape");
    bool one_to_one = strict && chunk->ascii && t->ascii_superset && !(t->seen & (SEEN_CR | SEEN_CRLF));
    if (one_to_one) return t->mark + t->position;
    Value text = decode(vm, t, t->mark, t->decoded - t->mark, NULL);
    if (is_absent(text)) return -1;
    int64_t count = untranslated(t, as_string(text));
    Value part = strict ? string_slice(vm, text, 0, count) : ABSENT, bytes = ABSENT;
    value_drop(vm, text);
    if (!strict) return find_taken(vm, t, count);
    if (!is_absent(part)) bytes = text_file_encode(vm, t, part, t->decoder);
    value_xdrop(vm, part);
    if (is_absent(bytes)) return -1;
    int64_t length = t->mark + as_bytes(bytes)->length;
    value_drop(vm, bytes);
    return length;
}

static int64_t tell(VM *vm, TextFile *t) {
    t->busy = true;
    int64_t at = stream_tell(vm, t->buffer);
    t->busy = false;
    if (at < 0 || !t->snapshot) return at;
    if (is_absent(t->chunk)) return at - (t->source_length - t->decoded);
    int64_t taken = bytes_taken(vm, t);
    return error_raised(vm) ? -1 : at - t->source_length + taken;
}

/* RAISES where there are no positions. */
static bool check_positions(VM *vm, TextFile *t) {
    if (!text_file_check_open(vm, t)) return false;
    return t->seekable ? true : (raise_unsupported(vm, "underlying stream is not seekable"), false);
}

static bool flush_by_method(VM *vm, TextFile *t) {
    if (t->head.type == &text_file_type) return text_file_flush(vm, t);
    Value done = io_ask(vm, from_object(t), "flush", ABSENT);
    value_xdrop(vm, done);
    return !is_absent(done);
}

Value text_file_tell(NATIVE_PARAMETERS) {
    TextFile *t = as_text_file(args[0]);
    if (!check_positions(vm, t)) return ABSENT;
    if (t->iterating) return raise_error(vm, &exc_OSError, "telling position disabled by next() call");
    if (!text_file_write_pending(vm, t) || !flush_by_method(vm, t) || !text_file_check_open(vm, t))
        return ABSENT;
    int64_t at = tell(vm, t);
    return at < 0 ? ABSENT : int_from(vm, at);
}

/* Put the stream below there: the place. Both coders begin anew. */
static int64_t move(VM *vm, TextFile *t, int64_t offset, int whence) {
    if (!flush_by_method(vm, t) || !text_file_check_open(vm, t)) return -1;
    int64_t at = below_seek(vm, t, offset, whence);
    if (at < 0) return -1;
    const char *decoder = t->decoder;
    uint8_t seen = t->seen;
    forget_chunk(vm, t);
    text_file_reset_decoder(t);
    if (at > 0 && whence == SEEK_SET) t->seen = seen;
    t->snapshot = whence == SEEK_SET;
    t->encoder = t->decoder;
    if (at > 0) t->encoder = text_file_encoding_after_mark(t->encoder, NULL, 0);
    if (at > 0 && whence == SEEK_SET) t->decoder = text_file_encoding_after_mark(decoder, NULL, 0);
    return at;
}

/* Is it the number 0? */
static int is_zero(VM *vm, Value v) {
    return is_int(v) ? int_get(v) == 0 : object_compare_truth(vm, v, int_small(0), COMPARE_EQ);
}

/* A place of seek(place) as a number: 0 and more. -1 RAISES. */
static int64_t place_argument(VM *vm, Value place) {
    int64_t offset = -1;
    int negative = object_compare_truth(vm, place, int_small(0), COMPARE_LT);
    if (negative > 0) raise_value(vm, "negative seek position %R", place);
    Value number = negative == 0 ? call_1(vm, from_object(&int_type), place) : ABSENT;
    bool ok = !is_absent(number) && object_to_int64(vm, number, &exc_OverflowError, &offset);
    value_xdrop(vm, number);
    return ok ? offset : -1;
}

Value text_file_seek(NATIVE_PARAMETERS) {
    TextFile *t = as_text_file(args[0]);
    int whence = SEEK_SET;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &whence)) return ABSENT;
    if (!check_positions(vm, t)) return ABSENT;
    if (whence < SEEK_SET || whence > SEEK_END)
        return raise_value(vm, "invalid whence (%d, should be 0, 1 or 2)", whence);
    int zero = whence == SEEK_SET ? 1 : is_zero(vm, args[1]);
    if (zero == 0) {
        return raise_unsupported(vm, whence == SEEK_CUR ? "can't do nonzero cur-relative seeks"
                                                        : "can't do nonzero end-relative seeks");
    }
    if (zero < 0) return ABSENT;
    if (whence == SEEK_END) {
        int64_t at = move(vm, t, 0, SEEK_END);
        return at < 0 ? ABSENT : int_from(vm, at);
    }
    Value place = whence == SEEK_CUR ? io_ask(vm, args[0], "tell", ABSENT) : value_ref(args[1]);
    int64_t offset = is_absent(place) ? -1 : place_argument(vm, place);
    if (offset >= 0 && move(vm, t, offset, SEEK_SET) >= 0) return place;
    value_xdrop(vm, place);
    return ABSENT;
}

Value text_file_truncate(NATIVE_PARAMETERS) {
    TextFile *t = as_text_file(args[0]);
    if (!text_file_check_usable(vm, t) || !flush_by_method(vm, t) || !text_file_check_usable(vm, t))
        return ABSENT;
    t->busy = true;
    Value result = io_ask(vm, t->buffer, "truncate", is_absent(args[1]) ? NONE : args[1]);
    t->busy = false;
    return result;
}
