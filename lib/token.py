"""token: the numbers of the tokens of Python's source text."""

# In the order of their numbers: names of kinds, and the operators with their text.
_TABLE = """
    ENDMARKER NAME NUMBER STRING NEWLINE INDENT DEDENT
    LPAR=( RPAR=) LSQB=[ RSQB=] COLON=: COMMA=, SEMI=; PLUS=+ MINUS=- STAR=* SLASH=/ VBAR=| AMPER=& LESS=< GREATER=>
    EQUAL== DOT=. PERCENT=% LBRACE={ RBRACE=} EQEQUAL=== NOTEQUAL=!= LESSEQUAL=<= GREATEREQUAL=>= TILDE=~ CIRCUMFLEX=^
    LEFTSHIFT=<< RIGHTSHIFT=>> DOUBLESTAR=** PLUSEQUAL=+= MINEQUAL=-= STAREQUAL=*= SLASHEQUAL=/= PERCENTEQUAL=%=
    AMPEREQUAL=&= VBAREQUAL=|= CIRCUMFLEXEQUAL=^= LEFTSHIFTEQUAL=<<= RIGHTSHIFTEQUAL=>>= DOUBLESTAREQUAL=**=
    DOUBLESLASH=// DOUBLESLASHEQUAL=//= AT=@ ATEQUAL=@= RARROW=-> ELLIPSIS=... COLONEQUAL=:= EXCLAMATION=!
    OP TYPE_IGNORE TYPE_COMMENT SOFT_KEYWORD FSTRING_START FSTRING_MIDDLE FSTRING_END COMMENT NL ERRORTOKEN ENCODING
    N_TOKENS
"""

__all__ = ["tok_name", "ISTERMINAL", "ISNONTERMINAL", "ISEOF"]

tok_name = {}
EXACT_TOKEN_TYPES = {}

for _number, _row in enumerate(_TABLE.split()):
    _name, _, _text = _row.partition("=")
    globals()[_name] = _number
    tok_name[_number] = _name
    if _text:
        EXACT_TOKEN_TYPES[_text] = _number
    __all__.append(_name)

NT_OFFSET = 256  # where the numbers of a grammar's other symbols begin
tok_name[NT_OFFSET] = "NT_OFFSET"
__all__.append("NT_OFFSET")
EXACT_TOKEN_TYPES = dict(sorted(EXACT_TOKEN_TYPES.items()))
del _TABLE, _number, _row, _name, _text


def ISTERMINAL(x: int) -> bool:
    """Is it a token's number?"""
    return x < NT_OFFSET


def ISNONTERMINAL(x: int) -> bool:
    """Is it the number of a symbol made of tokens?"""
    return x >= NT_OFFSET


def ISEOF(x: int) -> bool:
    """Is it the number of the end of the text?"""
    return x == ENDMARKER
