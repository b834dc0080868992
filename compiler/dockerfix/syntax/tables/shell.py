"""The LALR(1) tables of ``grammar/shell.lark``; written by ``make tables``."""

STATES = (
    {"$END": -1, "ARRAY_OPEN": 1, "ASSIGN": 2, "BANG": 3, "FUNCTION_NAME": 4, "HEAD": 5, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "_chain": 10, "_link": 11, "_part": 12, "_shape": 13, "_word": 14, "assignment": 15, "command": 16, "composite": 17, "redirection": 18, "script": 19},  # 0
    {"ARRAY_CLOSE": -2, "ARRAY_OPEN": -2, "WORD": -2, "WORD_HEAD": -2, "_words": 20},  # 1
    {"ARRAY_OPEN": 1, "WORD": 8, "WORD_HEAD": 9, "_word": 21, "composite": 17},  # 2
    {"ARRAY_OPEN": 1, "ASSIGN": 2, "FUNCTION_NAME": 4, "HEAD": 5, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "_part": 12, "_shape": 13, "_word": 14, "assignment": 15, "command": 22, "composite": 17, "redirection": 18},  # 3
    {"HEAD": 5, "OPEN": 6, "_shape": 23},  # 4
    {"ARRAY_OPEN": -2, "BREAK": -2, "CLOSE": -2, "MIDDLE": -2, "WORD": -2, "WORD_HEAD": -2, "_sections": 24, "_words": 25},  # 5
    {"ARRAY_OPEN": 1, "ASSIGN": 2, "BANG": 3, "CLOSE": -1, "FUNCTION_NAME": 4, "HEAD": 5, "MIDDLE": -1, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "_chain": 10, "_link": 11, "_part": 12, "_pieces": 26, "_shape": 13, "_word": 14, "assignment": 15, "command": 16, "composite": 17, "redirection": 18, "script": 27},  # 6
    {"ARRAY_OPEN": 1, "WORD": 8, "WORD_HEAD": 9, "_word": 28, "composite": 17},  # 7
    {"$END": -3, "ARRAY_CLOSE": -3, "ARRAY_OPEN": -3, "ASSIGN": -3, "BREAK": -3, "CLOSE": -3, "JOIN": -3, "MIDDLE": -3, "REDIRECT": -3, "SEPARATOR": -3, "WORD": -3, "WORD_HEAD": -3, "WORD_TAIL": -3},  # 8
    {"ARRAY_OPEN": 1, "ASSIGN": 2, "BANG": 3, "FUNCTION_NAME": 4, "HEAD": 5, "MIDDLE": -1, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "WORD_TAIL": -1, "_chain": 10, "_link": 11, "_part": 12, "_pieces": 29, "_shape": 13, "_word": 14, "assignment": 15, "command": 16, "composite": 17, "redirection": 18, "script": 27},  # 9
    {"$END": -4, "BREAK": -4, "CLOSE": -4, "JOIN": 30, "MIDDLE": -4, "SEPARATOR": 31, "WORD_TAIL": -4},  # 10
    {"$END": -5, "BREAK": -5, "CLOSE": -5, "JOIN": -5, "MIDDLE": -5, "SEPARATOR": -5, "WORD_TAIL": -5},  # 11
    {"$END": -6, "ARRAY_OPEN": -6, "ASSIGN": -6, "BREAK": -6, "CLOSE": -6, "JOIN": -6, "MIDDLE": -6, "REDIRECT": -6, "SEPARATOR": -6, "WORD": -6, "WORD_HEAD": -6, "WORD_TAIL": -6},  # 12
    {"$END": -7, "ARRAY_OPEN": -7, "ASSIGN": -7, "BREAK": -7, "CLOSE": -7, "JOIN": -7, "MIDDLE": -7, "REDIRECT": -7, "SEPARATOR": -7, "WORD": -7, "WORD_HEAD": -7, "WORD_TAIL": -7},  # 13
    {"$END": -8, "ARRAY_OPEN": -8, "ASSIGN": -8, "BREAK": -8, "CLOSE": -8, "JOIN": -8, "MIDDLE": -8, "REDIRECT": -8, "SEPARATOR": -8, "WORD": -8, "WORD_HEAD": -8, "WORD_TAIL": -8},  # 14
    {"$END": -9, "ARRAY_OPEN": -9, "ASSIGN": -9, "BREAK": -9, "CLOSE": -9, "JOIN": -9, "MIDDLE": -9, "REDIRECT": -9, "SEPARATOR": -9, "WORD": -9, "WORD_HEAD": -9, "WORD_TAIL": -9},  # 15
    {"$END": -10, "ARRAY_OPEN": 1, "ASSIGN": 2, "BREAK": -10, "CLOSE": -10, "JOIN": -10, "MIDDLE": -10, "REDIRECT": 7, "SEPARATOR": -10, "WORD": 8, "WORD_HEAD": 9, "WORD_TAIL": -10, "_part": 32, "_word": 14, "assignment": 15, "composite": 17, "redirection": 18},  # 16
    {"$END": -11, "ARRAY_CLOSE": -11, "ARRAY_OPEN": -11, "ASSIGN": -11, "BREAK": -11, "CLOSE": -11, "JOIN": -11, "MIDDLE": -11, "REDIRECT": -11, "SEPARATOR": -11, "WORD": -11, "WORD_HEAD": -11, "WORD_TAIL": -11},  # 17
    {"$END": -12, "ARRAY_OPEN": -12, "ASSIGN": -12, "BREAK": -12, "CLOSE": -12, "JOIN": -12, "MIDDLE": -12, "REDIRECT": -12, "SEPARATOR": -12, "WORD": -12, "WORD_HEAD": -12, "WORD_TAIL": -12},  # 18
    {"$END": 0},  # 19
    {"ARRAY_CLOSE": 33, "ARRAY_OPEN": 1, "WORD": 8, "WORD_HEAD": 9, "_word": 34, "composite": 17},  # 20
    {"$END": -13, "ARRAY_OPEN": -13, "ASSIGN": -13, "BREAK": -13, "CLOSE": -13, "JOIN": -13, "MIDDLE": -13, "REDIRECT": -13, "SEPARATOR": -13, "WORD": -13, "WORD_HEAD": -13, "WORD_TAIL": -13},  # 21
    {"$END": -14, "ARRAY_OPEN": 1, "ASSIGN": 2, "BREAK": -14, "CLOSE": -14, "JOIN": -14, "MIDDLE": -14, "REDIRECT": 7, "SEPARATOR": -14, "WORD": 8, "WORD_HEAD": 9, "WORD_TAIL": -14, "_part": 32, "_word": 14, "assignment": 15, "composite": 17, "redirection": 18},  # 22
    {"$END": -15, "ARRAY_OPEN": -15, "ASSIGN": -15, "BREAK": -15, "CLOSE": -15, "JOIN": -15, "MIDDLE": -15, "REDIRECT": -15, "SEPARATOR": -15, "WORD": -15, "WORD_HEAD": -15, "WORD_TAIL": -15},  # 23
    {"BREAK": 35, "CLOSE": 36, "MIDDLE": 37},  # 24
    {"ARRAY_OPEN": 1, "BREAK": -16, "CLOSE": -16, "MIDDLE": -16, "WORD": 8, "WORD_HEAD": 9, "_word": 34, "composite": 17},  # 25
    {"CLOSE": 38, "MIDDLE": 39},  # 26
    {"CLOSE": -17, "MIDDLE": -17, "WORD_TAIL": -17},  # 27
    {"$END": -18, "ARRAY_OPEN": -18, "ASSIGN": -18, "BREAK": -18, "CLOSE": -18, "JOIN": -18, "MIDDLE": -18, "REDIRECT": -18, "SEPARATOR": -18, "WORD": -18, "WORD_HEAD": -18, "WORD_TAIL": -18},  # 28
    {"MIDDLE": 39, "WORD_TAIL": 40},  # 29
    {"ARRAY_OPEN": 1, "ASSIGN": 2, "BANG": 3, "FUNCTION_NAME": 4, "HEAD": 5, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "_link": 41, "_part": 12, "_shape": 13, "_word": 14, "assignment": 15, "command": 16, "composite": 17, "redirection": 18},  # 30
    {"$END": -19, "ARRAY_OPEN": 1, "ASSIGN": 2, "BANG": 3, "BREAK": -19, "CLOSE": -19, "FUNCTION_NAME": 4, "HEAD": 5, "MIDDLE": -19, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "WORD_TAIL": -19, "_link": 42, "_part": 12, "_shape": 13, "_word": 14, "assignment": 15, "command": 16, "composite": 17, "redirection": 18},  # 31
    {"$END": -20, "ARRAY_OPEN": -20, "ASSIGN": -20, "BREAK": -20, "CLOSE": -20, "JOIN": -20, "MIDDLE": -20, "REDIRECT": -20, "SEPARATOR": -20, "WORD": -20, "WORD_HEAD": -20, "WORD_TAIL": -20},  # 32
    {"$END": -21, "ARRAY_CLOSE": -21, "ARRAY_OPEN": -21, "ASSIGN": -21, "BREAK": -21, "CLOSE": -21, "JOIN": -21, "MIDDLE": -21, "REDIRECT": -21, "SEPARATOR": -21, "WORD": -21, "WORD_HEAD": -21, "WORD_TAIL": -21},  # 33
    {"ARRAY_CLOSE": -22, "ARRAY_OPEN": -22, "BREAK": -22, "CLOSE": -22, "MIDDLE": -22, "WORD": -22, "WORD_HEAD": -22},  # 34
    {"ARRAY_OPEN": -2, "BREAK": -2, "CLOSE": -2, "MIDDLE": -2, "WORD": -2, "WORD_HEAD": -2, "_words": 43},  # 35
    {"$END": -23, "ARRAY_OPEN": -23, "ASSIGN": -23, "BREAK": -23, "CLOSE": -23, "JOIN": -23, "MIDDLE": -23, "REDIRECT": -23, "SEPARATOR": -23, "WORD": -23, "WORD_HEAD": -23, "WORD_TAIL": -23},  # 36
    {"ARRAY_OPEN": 1, "ASSIGN": 2, "BANG": 3, "BREAK": -1, "CLOSE": -1, "FUNCTION_NAME": 4, "HEAD": 5, "MIDDLE": -1, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "_chain": 10, "_link": 11, "_part": 12, "_shape": 13, "_word": 14, "assignment": 15, "command": 16, "composite": 17, "redirection": 18, "script": 44},  # 37
    {"$END": -24, "ARRAY_OPEN": -24, "ASSIGN": -24, "BREAK": -24, "CLOSE": -24, "JOIN": -24, "MIDDLE": -24, "REDIRECT": -24, "SEPARATOR": -24, "WORD": -24, "WORD_HEAD": -24, "WORD_TAIL": -24},  # 38
    {"ARRAY_OPEN": 1, "ASSIGN": 2, "BANG": 3, "CLOSE": -1, "FUNCTION_NAME": 4, "HEAD": 5, "MIDDLE": -1, "OPEN": 6, "REDIRECT": 7, "WORD": 8, "WORD_HEAD": 9, "WORD_TAIL": -1, "_chain": 10, "_link": 11, "_part": 12, "_shape": 13, "_word": 14, "assignment": 15, "command": 16, "composite": 17, "redirection": 18, "script": 45},  # 39
    {"$END": -25, "ARRAY_CLOSE": -25, "ARRAY_OPEN": -25, "ASSIGN": -25, "BREAK": -25, "CLOSE": -25, "JOIN": -25, "MIDDLE": -25, "REDIRECT": -25, "SEPARATOR": -25, "WORD": -25, "WORD_HEAD": -25, "WORD_TAIL": -25},  # 40
    {"$END": -26, "BREAK": -26, "CLOSE": -26, "JOIN": -26, "MIDDLE": -26, "SEPARATOR": -26, "WORD_TAIL": -26},  # 41
    {"$END": -27, "BREAK": -27, "CLOSE": -27, "JOIN": -27, "MIDDLE": -27, "SEPARATOR": -27, "WORD_TAIL": -27},  # 42
    {"ARRAY_OPEN": 1, "BREAK": -28, "CLOSE": -28, "MIDDLE": -28, "WORD": 8, "WORD_HEAD": 9, "_word": 34, "composite": 17},  # 43
    {"BREAK": -29, "CLOSE": -29, "MIDDLE": -29},  # 44
    {"CLOSE": -30, "MIDDLE": -30, "WORD_TAIL": -30},  # 45
)

RULES = (
    ("script", 0, ()),  # -1
    ("_words", 0, ()),  # -2
    ("_word", 1, ()),  # -3
    ("script", 1, (0,)),  # -4
    ("_chain", 1, (0,)),  # -5
    ("command", 1, (0,)),  # -6
    ("command", 1, (0,)),  # -7
    ("_part", 1, (0,)),  # -8
    ("_part", 1, ()),  # -9
    ("_link", 1, ()),  # -10
    ("_word", 1, ()),  # -11
    ("_part", 1, ()),  # -12
    ("assignment", 2, (1,)),  # -13
    ("_link", 2, ()),  # -14
    ("command", 2, (1,)),  # -15
    ("_sections", 1, (0,)),  # -16
    ("_pieces", 1, ()),  # -17
    ("redirection", 2, (1,)),  # -18
    ("script", 2, (0,)),  # -19
    ("command", 2, (1,)),  # -20
    ("composite", 3, (1,)),  # -21
    ("_words", 2, (0, 1)),  # -22
    ("_shape", 3, (1,)),  # -23
    ("_shape", 3, (1,)),  # -24
    ("composite", 3, (1,)),  # -25
    ("_chain", 3, (0, 2)),  # -26
    ("_chain", 3, (0, 2)),  # -27
    ("_sections", 3, (0, 2)),  # -28
    ("_sections", 3, (0,)),  # -29
    ("_pieces", 3, (0,)),  # -30
)
