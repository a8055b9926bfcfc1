#include "parser/state.h"
void diagnose(Parser *p, const void *grammar)
{
    (void)grammar;
    Token t = p->line[p->line_count - 1];
    syntax_error(p, t.span, "invalid syntax");
}
