#include "lexer/utf8.h"

/* Bytes that a sequence starting with `lead` has; 0 when none starts so. */
static size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xC2) return 0; /* a continuation byte, or an overlong form */
    if (lead < 0xE0) return 2;
    if (lead < 0xF0) return 3;
    return lead < 0xF5 ? 4 : 0;
}

/* May `byte` follow `lead`? The second byte is where overlong forms, surrogates and too large values are
 * refused. */
static int follows(unsigned char lead, size_t index, unsigned char byte) {
    if ((byte & 0xC0) != 0x80) return 0;
    if (index > 1) return 1;
    switch (lead) {
    case 0xE0: return byte >= 0xA0;
    case 0xED: return byte < 0xA0;
    case 0xF0: return byte >= 0x90;
    case 0xF4: return byte < 0x90;
    default: return 1;
    }
}

Utf8Result utf8_read(const char *bytes, size_t available) {
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    unsigned char lead = (unsigned char)bytes[0];
    size_t length = sequence_length(lead);
    if (length == 0) return (Utf8Result){1, "invalid start byte", 0};
    uint32_t code_point = lead & lead_bits[length];
    for (size_t i = 1; i < length; i++) {
        if (i >= available) return (Utf8Result){i, "unexpected end of data", 0};
        if (!follows(lead, i, (unsigned char)bytes[i]))
            return (Utf8Result){i, "invalid continuation byte", 0};
        code_point = code_point << 6 | ((unsigned char)bytes[i] & 0x3F);
    }
    return (Utf8Result){length, NULL, code_point};
}

uint32_t utf8_next(const char **text) {
    Utf8Result result = utf8_read(*text, 4);
    *text += result.length;
    return result.code_point;
}

size_t utf8_write(uint32_t code_point, char out[4]) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    static const unsigned char lead_marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--, code_point >>= 6)
        out[i] = (char)(0x80 | (code_point & 0x3F));
    out[0] = (char)(lead_marks[length] | code_point);
    return length;
}

size_t utf8_count(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}
