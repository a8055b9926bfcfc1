/*
 * Writes docs/bytecode.md from compiler/opcodes.def: `make docs`.
 *
 * A tool of the build, not part of the interpreter. Operand kinds and stack effects are printed as the table has them.
 */
#include <stdio.h>
#include <string.h>

static void print_row(const char *name, const char *a, const char *b, const char *word, int cache,
                      const char *pops, const char *pushes, const char *meaning) {
    printf("| `%s` |", name);
    const char *operands[] = {a, b, word};
    int shown = 0;
    for (int i = 0; i < 3; i++) {
        if (strcmp(operands[i], "NO") == 0) continue;
        const char *place[] = {"a", "b", "word"};
        printf("%s %s: %s", shown++ ? "," : "", place[i], operands[i]);
    }
    printf(" | %s | %s | ", pops, pushes);
    if (cache) printf("%d", cache);
    printf(" | ");
    for (const char *m = meaning; *m; m++) {
        if (*m == '|' || *m == '*' || *m == '_') putchar('\\');
        putchar(*m);
    }
    printf(" |\n");
}

int main(void) {
    printf("# The bytecode\n\n"
           "Made from `compiler/opcodes.def` by `make docs`; that table's head explains the columns. An "
           "instruction is a\n"
           "32-bit word: opcode in the low 8 bits, then one operand `a` of 24 bits or `a` of 8 and `b` of "
           "16; some are\n"
           "followed by an operand word, then by the words of their inline cache.\n\n"
           "## What the compiler emits\n\n"
           "| instruction | operands | pops | pushes | cache words | meaning |\n|---|---|---|---|---|---|\n");
#define OP(name, a, b, word, cache, pops, pushes, taken, flags, meaning) \
    print_row(#name, #a, #b, #word, cache, #pops, #pushes, meaning);
#define SPECIAL(name, family, meaning)
#include "compiler/opcodes.def"
#undef OP
#undef SPECIAL
    printf("\n## What the machine writes over them\n\n"
           "Specialised forms (PEP 659): the machine puts one in place of an instruction of the family when "
           "it has seen\n"
           "which values come by, and the family's own form back when others do.\n\n"
           "| form | family | meaning |\n|---|---|---|\n");
#define OP(name, a, b, word, cache, pops, pushes, taken, flags, meaning)
#define SPECIAL(name, family, meaning) printf("| `%s` | `%s` | %s |\n", #name, #family, meaning);
#include "compiler/opcodes.def"
    return 0;
}
