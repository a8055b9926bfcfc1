#ifndef MPY_RUNTIME_TEXTMETHODS_H
#define MPY_RUNTIME_TEXTMETHODS_H

/*
 * The methods that str, bytes and bytearray have in common, once for all three (runtime/text/text.h).
 *
 * They differ in what an argument may be and in the errors for others, in what counts as white space, letters, case and
 * line ends (for bytes, the ASCII ones), and in what the result is made of.
 */

#include "base/unicode.h"
#include "runtime/native.h"
#include "runtime/text/text.h"

/* Is it white space, for bytes or for str? */
static inline bool text_is_blank(uint32_t c, bool bytes) {
    const uint64_t blanks = UINT64_C(0x1F) << 9 | UINT64_C(1) << ' ', separators = UINT64_C(0xF) << 28;
    if (c < 0x80) return c <= ' ' && (blanks | (bytes ? 0 : separators)) >> c & 1;
    return !bytes && unicode_is_space(c);
}

#define TEXT_METHOD(name) Value text_method_##name(NATIVE_PARAMETERS)

NEW RAISES TEXT_METHOD(capitalize);
NEW RAISES TEXT_METHOD(center);
NEW RAISES TEXT_METHOD(count);
NEW RAISES TEXT_METHOD(endswith);
NEW RAISES TEXT_METHOD(expandtabs);
NEW RAISES TEXT_METHOD(find);
NEW RAISES TEXT_METHOD(index);
NEW RAISES TEXT_METHOD(isalnum);
NEW RAISES TEXT_METHOD(isalpha);
NEW RAISES TEXT_METHOD(isascii);
NEW RAISES TEXT_METHOD(isdigit);
NEW RAISES TEXT_METHOD(isidentifier);
NEW RAISES TEXT_METHOD(islower);
NEW RAISES TEXT_METHOD(isspace);
NEW RAISES TEXT_METHOD(istitle);
NEW RAISES TEXT_METHOD(isupper);
NEW RAISES TEXT_METHOD(join);
NEW RAISES TEXT_METHOD(ljust);
NEW RAISES TEXT_METHOD(lower);
NEW RAISES TEXT_METHOD(lstrip);
NEW RAISES TEXT_METHOD(partition);
NEW RAISES TEXT_METHOD(removeprefix);
NEW RAISES TEXT_METHOD(removesuffix);
NEW RAISES TEXT_METHOD(replace);
NEW RAISES TEXT_METHOD(rfind);
NEW RAISES TEXT_METHOD(rindex);
NEW RAISES TEXT_METHOD(rjust);
NEW RAISES TEXT_METHOD(rpartition);
NEW RAISES TEXT_METHOD(rsplit);
NEW RAISES TEXT_METHOD(rstrip);
NEW RAISES TEXT_METHOD(split);
NEW RAISES TEXT_METHOD(splitlines);
NEW RAISES TEXT_METHOD(startswith);
NEW RAISES TEXT_METHOD(strip);
NEW RAISES TEXT_METHOD(swapcase);
NEW RAISES TEXT_METHOD(title);
NEW RAISES TEXT_METHOD(upper);
NEW RAISES TEXT_METHOD(zfill);

/* Only str shows these two, but they are made of the same parts as those above. */
NEW RAISES TEXT_METHOD(isdecimal);
NEW RAISES TEXT_METHOD(isnumeric);
NEW RAISES TEXT_METHOD(isprintable);
NEW RAISES TEXT_METHOD(casefold);

/* The rows of the three types' method tables. */
#define TEXT_METHODS(replace_params) \
    {"capitalize", text_method_capitalize, "", \
     "A copy with the first character in title case, the rest lower."}, \
        {"center", text_method_center, "width, fillchar=' ', /", "Centered in a text of the given width."}, \
        {"count", text_method_count, "sub, start=None, end=None, /", \
         "The number of non-overlapping occurrences of sub in [start:end]."}, \
        {"endswith", text_method_endswith, "suffix, start=None, end=None, /", \
         "Whether it ends with the suffix, or with one of a tuple of them."}, \
        {"expandtabs", text_method_expandtabs, "tabsize=8", "A copy with tabs replaced by spaces."}, \
        {"find", text_method_find, "sub, start=None, end=None, /", \
         "The lowest index in [start:end] where sub is found, or -1."}, \
        {"index", text_method_index, "sub, start=None, end=None, /", \
         "Like find, but raises ValueError when sub is not found."}, \
        {"isalnum", text_method_isalnum, "", \
         "Whether all are letters or digits and there is at least one."}, \
        {"isalpha", text_method_isalpha, "", "Whether all are letters and there is at least one."}, \
        {"isascii", text_method_isascii, "", "Whether all are below 128."}, \
        {"isdigit", text_method_isdigit, "", "Whether all are digits and there is at least one."}, \
        {"islower", text_method_islower, "", \
         "Whether all cased characters are lower case and there is one."}, \
        {"isspace", text_method_isspace, "", "Whether all are white space and there is at least one."}, \
        {"istitle", text_method_istitle, "", "Whether words begin in upper case and go on in lower case."}, \
        {"isupper", text_method_isupper, "", \
         "Whether all cased characters are upper case and there is one."}, \
        {"join", text_method_join, "iterable, /", "The items of the iterable with this between them."}, \
        {"ljust", text_method_ljust, "width, fillchar=' ', /", "At the left of a text of the given width."}, \
        {"lower", text_method_lower, "", "A copy in lower case."}, \
        {"lstrip", text_method_lstrip, "chars=None, /", "A copy without white space, or chars, in front."}, \
        {"partition", text_method_partition, "sep, /", \
         "(before, sep, after) the first separator; (all, empty, empty) if there is none."}, \
        {"removeprefix", text_method_removeprefix, "prefix, /", "A copy without the prefix, if it has it."}, \
        {"removesuffix", text_method_removesuffix, "suffix, /", "A copy without the suffix, if it has it."}, \
        {"replace", text_method_replace, replace_params, \
         "A copy with the first count, or all, occurrences of old replaced by new."}, \
        {"rfind", text_method_rfind, "sub, start=None, end=None, /", \
         "The highest index in [start:end] where sub is found, or -1."}, \
        {"rindex", text_method_rindex, "sub, start=None, end=None, /", \
         "Like rfind, but raises ValueError when sub is not found."}, \
        {"rjust", text_method_rjust, "width, fillchar=' ', /", \
         "At the right of a text of the given width."}, \
        {"rpartition", text_method_rpartition, "sep, /", \
         "(before, sep, after) the last separator; (empty, empty, all) if there is none."}, \
        {"rsplit", text_method_rsplit, "sep=None, maxsplit=-1", "Like split, from the end."}, \
        {"rstrip", text_method_rstrip, "chars=None, /", \
         "A copy without white space, or chars, at the end."}, \
        {"split", text_method_split, "sep=None, maxsplit=-1", \
         "The parts between separators, or between runs of white space, as a list."}, \
        {"splitlines", text_method_splitlines, "keepends=False", "The lines as a list."}, \
        {"startswith", text_method_startswith, "prefix, start=None, end=None, /", \
         "Whether it starts with the prefix, or with one of a tuple of them."}, \
        {"strip", text_method_strip, "chars=None, /", \
         "A copy without white space, or chars, at both ends."}, \
        {"swapcase", text_method_swapcase, "", "A copy with upper and lower case exchanged."}, \
        {"title", text_method_title, "", "A copy with words beginning in title case, lower case else."}, \
        {"upper", text_method_upper, "", "A copy in upper case."}, { \
        "zfill", text_method_zfill, "width, /", "Padded with zeros in front, behind a sign." \
    }

#endif
