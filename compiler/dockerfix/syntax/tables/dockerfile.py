"""The LALR(1) tables of ``grammar/dockerfile.lark``; written by ``make tables``."""

STATES = (
    {"$END": -1, "BLANK": 1, "BOM": 2, "COMMENT": 3, "CONTINUATION": 4, "DIRECTIVE": 5, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 10, "SPACE": 11, "__instruction_star_2": 12, "__start_star_0": 13, "instruction": 14, "start": 15},  # 0
    {"$END": -2, "BLANK": -2, "COMMENT": -2, "CONTINUATION": -2, "DIRECTIVE": -2, "INDENT": -2, "INNER_BLANK": -2, "INNER_COMMENT": -2, "KEYWORD": -2, "KNOWN": -2, "SPACE": -2},  # 1
    {"$END": -3, "BLANK": 1, "COMMENT": 3, "CONTINUATION": 4, "DIRECTIVE": 5, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 10, "SPACE": 11, "__instruction_star_2": 12, "__start_star_0": 16, "instruction": 14},  # 2
    {"$END": -4, "BLANK": -4, "COMMENT": -4, "CONTINUATION": -4, "DIRECTIVE": -4, "INDENT": -4, "INNER_BLANK": -4, "INNER_COMMENT": -4, "KEYWORD": -4, "KNOWN": -4, "SPACE": -4},  # 3
    {"CONTINUATION": -5, "INDENT": -5, "INNER_BLANK": -5, "INNER_COMMENT": -5, "KEYWORD": -5, "SPACE": -5},  # 4
    {"$END": -6, "BLANK": -6, "COMMENT": -6, "CONTINUATION": -6, "DIRECTIVE": -6, "INDENT": -6, "INNER_BLANK": -6, "INNER_COMMENT": -6, "KEYWORD": -6, "KNOWN": -6, "SPACE": -6},  # 5
    {"CONTINUATION": -7, "INDENT": -7, "INNER_BLANK": -7, "INNER_COMMENT": -7, "KEYWORD": -7, "SPACE": -7},  # 6
    {"CONTINUATION": -8, "INDENT": -8, "INNER_BLANK": -8, "INNER_COMMENT": -8, "KEYWORD": -8, "SPACE": -8},  # 7
    {"CONTINUATION": -9, "INDENT": -9, "INNER_BLANK": -9, "INNER_COMMENT": -9, "KEYWORD": -9, "SPACE": -9},  # 8
    {"CONTINUATION": 17, "END": 18, "INNER_BLANK": 19, "INNER_COMMENT": 20, "SPACE": 21, "SPLIT": 22, "TEXT": 23, "__instruction_star_3": 24, "__instruction_star_4": 25},  # 9
    {"$END": -10, "BLANK": -10, "COMMENT": -10, "CONTINUATION": -10, "DIRECTIVE": -10, "INDENT": -10, "INNER_BLANK": -10, "INNER_COMMENT": -10, "KEYWORD": -10, "KNOWN": -10, "SPACE": -10},  # 10
    {"CONTINUATION": -11, "INDENT": -11, "INNER_BLANK": -11, "INNER_COMMENT": -11, "KEYWORD": -11, "SPACE": -11},  # 11
    {"CONTINUATION": 26, "INDENT": 27, "INNER_BLANK": 28, "INNER_COMMENT": 29, "KEYWORD": 30, "SPACE": 31},  # 12
    {"$END": -12, "BLANK": 32, "COMMENT": 33, "CONTINUATION": 4, "DIRECTIVE": 34, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 35, "SPACE": 11, "__instruction_star_2": 12, "instruction": 36},  # 13
    {"$END": -13, "BLANK": -13, "COMMENT": -13, "CONTINUATION": -13, "DIRECTIVE": -13, "INDENT": -13, "INNER_BLANK": -13, "INNER_COMMENT": -13, "KEYWORD": -13, "KNOWN": -13, "SPACE": -13},  # 14
    {"$END": 0},  # 15
    {"$END": -14, "BLANK": 32, "COMMENT": 33, "CONTINUATION": 4, "DIRECTIVE": 34, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 35, "SPACE": 11, "__instruction_star_2": 12, "instruction": 36},  # 16
    {"CONTINUATION": -15, "END": -15, "INNER_BLANK": -15, "INNER_COMMENT": -15, "SPACE": -15, "TEXT": -15},  # 17
    {"$END": -16, "BLANK": -16, "COMMENT": -16, "CONTINUATION": -16, "DIRECTIVE": -16, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -16, "INNER_BLANK": -16, "INNER_COMMENT": -16, "KEYWORD": -16, "KNOWN": -16, "SPACE": -16, "UNTERMINATED": 39, "__instruction_star_5": 40},  # 18
    {"CONTINUATION": -17, "END": -17, "INNER_BLANK": -17, "INNER_COMMENT": -17, "SPACE": -17, "TEXT": -17},  # 19
    {"CONTINUATION": -18, "END": -18, "INNER_BLANK": -18, "INNER_COMMENT": -18, "SPACE": -18, "TEXT": -18},  # 20
    {"CONTINUATION": -19, "END": -19, "INNER_BLANK": -19, "INNER_COMMENT": -19, "SPACE": -19, "TEXT": -19},  # 21
    {"INNER_BLANK": 41, "INNER_COMMENT": 42, "KEYWORD": 43, "SPLIT": 44, "__instruction_star_1": 45},  # 22
    {"CONTINUATION": -20, "END": -20, "INNER_BLANK": -20, "INNER_COMMENT": -20, "SPACE": -20, "TEXT": -20},  # 23
    {"CONTINUATION": 17, "END": 46, "INNER_BLANK": 19, "INNER_COMMENT": 20, "SPACE": 21, "SPLIT": 47, "TEXT": 23, "__instruction_star_4": 48},  # 24
    {"CONTINUATION": 49, "END": 50, "INNER_BLANK": 51, "INNER_COMMENT": 52, "SPACE": 53, "TEXT": 54},  # 25
    {"CONTINUATION": -21, "INDENT": -21, "INNER_BLANK": -21, "INNER_COMMENT": -21, "KEYWORD": -21, "SPACE": -21},  # 26
    {"CONTINUATION": -22, "INDENT": -22, "INNER_BLANK": -22, "INNER_COMMENT": -22, "KEYWORD": -22, "SPACE": -22},  # 27
    {"CONTINUATION": -23, "INDENT": -23, "INNER_BLANK": -23, "INNER_COMMENT": -23, "KEYWORD": -23, "SPACE": -23},  # 28
    {"CONTINUATION": -24, "INDENT": -24, "INNER_BLANK": -24, "INNER_COMMENT": -24, "KEYWORD": -24, "SPACE": -24},  # 29
    {"CONTINUATION": 17, "END": 55, "INNER_BLANK": 19, "INNER_COMMENT": 20, "SPACE": 21, "SPLIT": 22, "TEXT": 23, "__instruction_star_3": 56, "__instruction_star_4": 57},  # 30
    {"CONTINUATION": -25, "INDENT": -25, "INNER_BLANK": -25, "INNER_COMMENT": -25, "KEYWORD": -25, "SPACE": -25},  # 31
    {"$END": -26, "BLANK": -26, "COMMENT": -26, "CONTINUATION": -26, "DIRECTIVE": -26, "INDENT": -26, "INNER_BLANK": -26, "INNER_COMMENT": -26, "KEYWORD": -26, "KNOWN": -26, "SPACE": -26},  # 32
    {"$END": -27, "BLANK": -27, "COMMENT": -27, "CONTINUATION": -27, "DIRECTIVE": -27, "INDENT": -27, "INNER_BLANK": -27, "INNER_COMMENT": -27, "KEYWORD": -27, "KNOWN": -27, "SPACE": -27},  # 33
    {"$END": -28, "BLANK": -28, "COMMENT": -28, "CONTINUATION": -28, "DIRECTIVE": -28, "INDENT": -28, "INNER_BLANK": -28, "INNER_COMMENT": -28, "KEYWORD": -28, "KNOWN": -28, "SPACE": -28},  # 34
    {"$END": -29, "BLANK": -29, "COMMENT": -29, "CONTINUATION": -29, "DIRECTIVE": -29, "INDENT": -29, "INNER_BLANK": -29, "INNER_COMMENT": -29, "KEYWORD": -29, "KNOWN": -29, "SPACE": -29},  # 35
    {"$END": -30, "BLANK": -30, "COMMENT": -30, "CONTINUATION": -30, "DIRECTIVE": -30, "INDENT": -30, "INNER_BLANK": -30, "INNER_COMMENT": -30, "KEYWORD": -30, "KNOWN": -30, "SPACE": -30},  # 36
    {"HEREDOC_END": 58},  # 37
    {"$END": -31, "BLANK": -31, "COMMENT": -31, "CONTINUATION": -31, "DIRECTIVE": -31, "HEREDOC": -31, "HEREDOC_END": -31, "INDENT": -31, "INNER_BLANK": -31, "INNER_COMMENT": -31, "KEYWORD": -31, "KNOWN": -31, "SPACE": -31, "UNTERMINATED": -31},  # 38
    {"$END": -32, "BLANK": -32, "COMMENT": -32, "CONTINUATION": -32, "DIRECTIVE": -32, "HEREDOC": -32, "HEREDOC_END": -32, "INDENT": -32, "INNER_BLANK": -32, "INNER_COMMENT": -32, "KEYWORD": -32, "KNOWN": -32, "SPACE": -32, "UNTERMINATED": -32},  # 39
    {"$END": -33, "BLANK": -33, "COMMENT": -33, "CONTINUATION": -33, "DIRECTIVE": -33, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -33, "INNER_BLANK": -33, "INNER_COMMENT": -33, "KEYWORD": -33, "KNOWN": -33, "SPACE": -33, "UNTERMINATED": 61},  # 40
    {"INNER_BLANK": -34, "INNER_COMMENT": -34, "KEYWORD": -34, "SPLIT": -34},  # 41
    {"INNER_BLANK": -35, "INNER_COMMENT": -35, "KEYWORD": -35, "SPLIT": -35},  # 42
    {"CONTINUATION": -36, "END": -36, "INNER_BLANK": -36, "INNER_COMMENT": -36, "SPACE": -36, "SPLIT": -36, "TEXT": -36},  # 43
    {"INNER_BLANK": -37, "INNER_COMMENT": -37, "KEYWORD": -37, "SPLIT": -37},  # 44
    {"INNER_BLANK": 62, "INNER_COMMENT": 63, "KEYWORD": 64, "SPLIT": 65},  # 45
    {"$END": -38, "BLANK": -38, "COMMENT": -38, "CONTINUATION": -38, "DIRECTIVE": -38, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -38, "INNER_BLANK": -38, "INNER_COMMENT": -38, "KEYWORD": -38, "KNOWN": -38, "SPACE": -38, "UNTERMINATED": 39, "__instruction_star_5": 66},  # 46
    {"INNER_BLANK": 41, "INNER_COMMENT": 42, "KEYWORD": 67, "SPLIT": 44, "__instruction_star_1": 68},  # 47
    {"CONTINUATION": 49, "END": 69, "INNER_BLANK": 51, "INNER_COMMENT": 52, "SPACE": 53, "TEXT": 54},  # 48
    {"CONTINUATION": -39, "END": -39, "INNER_BLANK": -39, "INNER_COMMENT": -39, "SPACE": -39, "TEXT": -39},  # 49
    {"$END": -40, "BLANK": -40, "COMMENT": -40, "CONTINUATION": -40, "DIRECTIVE": -40, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -40, "INNER_BLANK": -40, "INNER_COMMENT": -40, "KEYWORD": -40, "KNOWN": -40, "SPACE": -40, "UNTERMINATED": 39, "__instruction_star_5": 70},  # 50
    {"CONTINUATION": -41, "END": -41, "INNER_BLANK": -41, "INNER_COMMENT": -41, "SPACE": -41, "TEXT": -41},  # 51
    {"CONTINUATION": -42, "END": -42, "INNER_BLANK": -42, "INNER_COMMENT": -42, "SPACE": -42, "TEXT": -42},  # 52
    {"CONTINUATION": -43, "END": -43, "INNER_BLANK": -43, "INNER_COMMENT": -43, "SPACE": -43, "TEXT": -43},  # 53
    {"CONTINUATION": -44, "END": -44, "INNER_BLANK": -44, "INNER_COMMENT": -44, "SPACE": -44, "TEXT": -44},  # 54
    {"$END": -45, "BLANK": -45, "COMMENT": -45, "CONTINUATION": -45, "DIRECTIVE": -45, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -45, "INNER_BLANK": -45, "INNER_COMMENT": -45, "KEYWORD": -45, "KNOWN": -45, "SPACE": -45, "UNTERMINATED": 39, "__instruction_star_5": 71},  # 55
    {"CONTINUATION": 17, "END": 72, "INNER_BLANK": 19, "INNER_COMMENT": 20, "SPACE": 21, "SPLIT": 47, "TEXT": 23, "__instruction_star_4": 73},  # 56
    {"CONTINUATION": 49, "END": 74, "INNER_BLANK": 51, "INNER_COMMENT": 52, "SPACE": 53, "TEXT": 54},  # 57
    {"$END": -46, "BLANK": -46, "COMMENT": -46, "CONTINUATION": -46, "DIRECTIVE": -46, "HEREDOC": -46, "HEREDOC_END": -46, "INDENT": -46, "INNER_BLANK": -46, "INNER_COMMENT": -46, "KEYWORD": -46, "KNOWN": -46, "SPACE": -46, "UNTERMINATED": -46},  # 58
    {"HEREDOC_END": 75},  # 59
    {"$END": -47, "BLANK": -47, "COMMENT": -47, "CONTINUATION": -47, "DIRECTIVE": -47, "HEREDOC": -47, "HEREDOC_END": -47, "INDENT": -47, "INNER_BLANK": -47, "INNER_COMMENT": -47, "KEYWORD": -47, "KNOWN": -47, "SPACE": -47, "UNTERMINATED": -47},  # 60
    {"$END": -48, "BLANK": -48, "COMMENT": -48, "CONTINUATION": -48, "DIRECTIVE": -48, "HEREDOC": -48, "HEREDOC_END": -48, "INDENT": -48, "INNER_BLANK": -48, "INNER_COMMENT": -48, "KEYWORD": -48, "KNOWN": -48, "SPACE": -48, "UNTERMINATED": -48},  # 61
    {"INNER_BLANK": -49, "INNER_COMMENT": -49, "KEYWORD": -49, "SPLIT": -49},  # 62
    {"INNER_BLANK": -50, "INNER_COMMENT": -50, "KEYWORD": -50, "SPLIT": -50},  # 63
    {"CONTINUATION": -51, "END": -51, "INNER_BLANK": -51, "INNER_COMMENT": -51, "SPACE": -51, "SPLIT": -51, "TEXT": -51},  # 64
    {"INNER_BLANK": -52, "INNER_COMMENT": -52, "KEYWORD": -52, "SPLIT": -52},  # 65
    {"$END": -53, "BLANK": -53, "COMMENT": -53, "CONTINUATION": -53, "DIRECTIVE": -53, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -53, "INNER_BLANK": -53, "INNER_COMMENT": -53, "KEYWORD": -53, "KNOWN": -53, "SPACE": -53, "UNTERMINATED": 61},  # 66
    {"CONTINUATION": -54, "END": -54, "INNER_BLANK": -54, "INNER_COMMENT": -54, "SPACE": -54, "SPLIT": -54, "TEXT": -54},  # 67
    {"INNER_BLANK": 62, "INNER_COMMENT": 63, "KEYWORD": 76, "SPLIT": 65},  # 68
    {"$END": -55, "BLANK": -55, "COMMENT": -55, "CONTINUATION": -55, "DIRECTIVE": -55, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -55, "INNER_BLANK": -55, "INNER_COMMENT": -55, "KEYWORD": -55, "KNOWN": -55, "SPACE": -55, "UNTERMINATED": 39, "__instruction_star_5": 77},  # 69
    {"$END": -56, "BLANK": -56, "COMMENT": -56, "CONTINUATION": -56, "DIRECTIVE": -56, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -56, "INNER_BLANK": -56, "INNER_COMMENT": -56, "KEYWORD": -56, "KNOWN": -56, "SPACE": -56, "UNTERMINATED": 61},  # 70
    {"$END": -57, "BLANK": -57, "COMMENT": -57, "CONTINUATION": -57, "DIRECTIVE": -57, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -57, "INNER_BLANK": -57, "INNER_COMMENT": -57, "KEYWORD": -57, "KNOWN": -57, "SPACE": -57, "UNTERMINATED": 61},  # 71
    {"$END": -58, "BLANK": -58, "COMMENT": -58, "CONTINUATION": -58, "DIRECTIVE": -58, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -58, "INNER_BLANK": -58, "INNER_COMMENT": -58, "KEYWORD": -58, "KNOWN": -58, "SPACE": -58, "UNTERMINATED": 39, "__instruction_star_5": 78},  # 72
    {"CONTINUATION": 49, "END": 79, "INNER_BLANK": 51, "INNER_COMMENT": 52, "SPACE": 53, "TEXT": 54},  # 73
    {"$END": -59, "BLANK": -59, "COMMENT": -59, "CONTINUATION": -59, "DIRECTIVE": -59, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -59, "INNER_BLANK": -59, "INNER_COMMENT": -59, "KEYWORD": -59, "KNOWN": -59, "SPACE": -59, "UNTERMINATED": 39, "__instruction_star_5": 80},  # 74
    {"$END": -60, "BLANK": -60, "COMMENT": -60, "CONTINUATION": -60, "DIRECTIVE": -60, "HEREDOC": -60, "HEREDOC_END": -60, "INDENT": -60, "INNER_BLANK": -60, "INNER_COMMENT": -60, "KEYWORD": -60, "KNOWN": -60, "SPACE": -60, "UNTERMINATED": -60},  # 75
    {"CONTINUATION": -61, "END": -61, "INNER_BLANK": -61, "INNER_COMMENT": -61, "SPACE": -61, "SPLIT": -61, "TEXT": -61},  # 76
    {"$END": -62, "BLANK": -62, "COMMENT": -62, "CONTINUATION": -62, "DIRECTIVE": -62, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -62, "INNER_BLANK": -62, "INNER_COMMENT": -62, "KEYWORD": -62, "KNOWN": -62, "SPACE": -62, "UNTERMINATED": 61},  # 77
    {"$END": -63, "BLANK": -63, "COMMENT": -63, "CONTINUATION": -63, "DIRECTIVE": -63, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -63, "INNER_BLANK": -63, "INNER_COMMENT": -63, "KEYWORD": -63, "KNOWN": -63, "SPACE": -63, "UNTERMINATED": 61},  # 78
    {"$END": -64, "BLANK": -64, "COMMENT": -64, "CONTINUATION": -64, "DIRECTIVE": -64, "HEREDOC": 37, "HEREDOC_END": 38, "INDENT": -64, "INNER_BLANK": -64, "INNER_COMMENT": -64, "KEYWORD": -64, "KNOWN": -64, "SPACE": -64, "UNTERMINATED": 39, "__instruction_star_5": 81},  # 79
    {"$END": -65, "BLANK": -65, "COMMENT": -65, "CONTINUATION": -65, "DIRECTIVE": -65, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -65, "INNER_BLANK": -65, "INNER_COMMENT": -65, "KEYWORD": -65, "KNOWN": -65, "SPACE": -65, "UNTERMINATED": 61},  # 80
    {"$END": -66, "BLANK": -66, "COMMENT": -66, "CONTINUATION": -66, "DIRECTIVE": -66, "HEREDOC": 59, "HEREDOC_END": 60, "INDENT": -66, "INNER_BLANK": -66, "INNER_COMMENT": -66, "KEYWORD": -66, "KNOWN": -66, "SPACE": -66, "UNTERMINATED": 61},  # 81
)

RULES = (
    ("start", 0, ()),  # -1
    ("__start_star_0", 1, ()),  # -2
    ("start", 1, ()),  # -3
    ("__start_star_0", 1, ()),  # -4
    ("__instruction_star_2", 1, ()),  # -5
    ("__start_star_0", 1, ()),  # -6
    ("__instruction_star_2", 1, ()),  # -7
    ("__instruction_star_2", 1, ()),  # -8
    ("__instruction_star_2", 1, ()),  # -9
    ("__start_star_0", 1, ()),  # -10
    ("__instruction_star_2", 1, ()),  # -11
    ("start", 1, (0,)),  # -12
    ("__start_star_0", 1, ()),  # -13
    ("start", 2, (1,)),  # -14
    ("__instruction_star_4", 1, ()),  # -15
    ("instruction", 2, ()),  # -16
    ("__instruction_star_4", 1, ()),  # -17
    ("__instruction_star_4", 1, ()),  # -18
    ("__instruction_star_4", 1, ()),  # -19
    ("__instruction_star_4", 1, ()),  # -20
    ("__instruction_star_2", 2, (0,)),  # -21
    ("__instruction_star_2", 2, (0,)),  # -22
    ("__instruction_star_2", 2, (0,)),  # -23
    ("__instruction_star_2", 2, (0,)),  # -24
    ("__instruction_star_2", 2, (0,)),  # -25
    ("__start_star_0", 2, (0,)),  # -26
    ("__start_star_0", 2, (0,)),  # -27
    ("__start_star_0", 2, (0,)),  # -28
    ("__start_star_0", 2, (0,)),  # -29
    ("__start_star_0", 2, (0,)),  # -30
    ("__instruction_star_5", 1, ()),  # -31
    ("__instruction_star_5", 1, ()),  # -32
    ("instruction", 3, (2,)),  # -33
    ("__instruction_star_1", 1, ()),  # -34
    ("__instruction_star_1", 1, ()),  # -35
    ("__instruction_star_3", 2, ()),  # -36
    ("__instruction_star_1", 1, ()),  # -37
    ("instruction", 3, (1,)),  # -38
    ("__instruction_star_4", 2, (0,)),  # -39
    ("instruction", 3, (1,)),  # -40
    ("__instruction_star_4", 2, (0,)),  # -41
    ("__instruction_star_4", 2, (0,)),  # -42
    ("__instruction_star_4", 2, (0,)),  # -43
    ("__instruction_star_4", 2, (0,)),  # -44
    ("instruction", 3, (0,)),  # -45
    ("__instruction_star_5", 2, ()),  # -46
    ("__instruction_star_5", 2, (0,)),  # -47
    ("__instruction_star_5", 2, (0,)),  # -48
    ("__instruction_star_1", 2, (0,)),  # -49
    ("__instruction_star_1", 2, (0,)),  # -50
    ("__instruction_star_3", 3, (1,)),  # -51
    ("__instruction_star_1", 2, (0,)),  # -52
    ("instruction", 4, (1, 3)),  # -53
    ("__instruction_star_3", 3, (0,)),  # -54
    ("instruction", 4, (1, 2)),  # -55
    ("instruction", 4, (1, 3)),  # -56
    ("instruction", 4, (0, 3)),  # -57
    ("instruction", 4, (0, 2)),  # -58
    ("instruction", 4, (0, 2)),  # -59
    ("__instruction_star_5", 3, (0,)),  # -60
    ("__instruction_star_3", 4, (0, 2)),  # -61
    ("instruction", 5, (1, 2, 4)),  # -62
    ("instruction", 5, (0, 2, 4)),  # -63
    ("instruction", 5, (0, 2, 3)),  # -64
    ("instruction", 5, (0, 2, 4)),  # -65
    ("instruction", 6, (0, 2, 3, 5)),  # -66
)
