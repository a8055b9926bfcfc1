#include "lexer/lexer.h"

const char *token_kind_name(TokenKind kind) {
    static const char *const names[] = {
        "ERROR",
#define TOKEN(name, text) #name,
#include "lexer/tokens.def"
    };
    return names[kind];
}

const char *token_kind_text(TokenKind kind) {
    static const char *const texts[] = {
        "error",
#define TOKEN(name, text) text,
#include "lexer/tokens.def"
    };
    return texts[kind];
}
