"""The LALR(1) tables of ``grammar/dockerfile.lark``; written by ``make grammar``."""

STATES = (
    {"$END": -1, "BLANK": 1, "BOM": 2, "COMMENT": 3, "CONTINUATION": 4, "DIRECTIVE": 5, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 10, "SPACE": 11, "__instruction_star_2": 12, "__start_star_0": 13, "blank": 14, "bom": 15, "comment": 16, "directive": 17, "instruction": 18, "known": 19, "start": 20},  # 0
    {"$END": -2, "BLANK": -2, "COMMENT": -2, "CONTINUATION": -2, "DIRECTIVE": -2, "INDENT": -2, "INNER_BLANK": -2, "INNER_COMMENT": -2, "KEYWORD": -2, "KNOWN": -2, "SPACE": -2},  # 1
    {"$END": -3, "BLANK": -3, "COMMENT": -3, "CONTINUATION": -3, "DIRECTIVE": -3, "INDENT": -3, "INNER_BLANK": -3, "INNER_COMMENT": -3, "KEYWORD": -3, "KNOWN": -3, "SPACE": -3},  # 2
    {"$END": -4, "BLANK": -4, "COMMENT": -4, "CONTINUATION": -4, "DIRECTIVE": -4, "INDENT": -4, "INNER_BLANK": -4, "INNER_COMMENT": -4, "KEYWORD": -4, "KNOWN": -4, "SPACE": -4},  # 3
    {"CONTINUATION": -5, "INDENT": -5, "INNER_BLANK": -5, "INNER_COMMENT": -5, "KEYWORD": -5, "SPACE": -5},  # 4
    {"$END": -6, "BLANK": -6, "COMMENT": -6, "CONTINUATION": -6, "DIRECTIVE": -6, "INDENT": -6, "INNER_BLANK": -6, "INNER_COMMENT": -6, "KEYWORD": -6, "KNOWN": -6, "SPACE": -6},  # 5
    {"CONTINUATION": -7, "INDENT": -7, "INNER_BLANK": -7, "INNER_COMMENT": -7, "KEYWORD": -7, "SPACE": -7},  # 6
    {"CONTINUATION": -8, "INDENT": -8, "INNER_BLANK": -8, "INNER_COMMENT": -8, "KEYWORD": -8, "SPACE": -8},  # 7
    {"CONTINUATION": -9, "INDENT": -9, "INNER_BLANK": -9, "INNER_COMMENT": -9, "KEYWORD": -9, "SPACE": -9},  # 8
    {"CONTINUATION": 21, "END": 22, "INNER_BLANK": 23, "INNER_COMMENT": 24, "SPACE": 25, "SPLIT": 26, "TEXT": 27, "__instruction_star_3": 28, "__instruction_star_4": 29},  # 9
    {"$END": -10, "BLANK": -10, "COMMENT": -10, "CONTINUATION": -10, "DIRECTIVE": -10, "INDENT": -10, "INNER_BLANK": -10, "INNER_COMMENT": -10, "KEYWORD": -10, "KNOWN": -10, "SPACE": -10},  # 10
    {"CONTINUATION": -11, "INDENT": -11, "INNER_BLANK": -11, "INNER_COMMENT": -11, "KEYWORD": -11, "SPACE": -11},  # 11
    {"CONTINUATION": 30, "INDENT": 31, "INNER_BLANK": 32, "INNER_COMMENT": 33, "KEYWORD": 34, "SPACE": 35},  # 12
    {"$END": -12, "BLANK": 1, "COMMENT": 3, "CONTINUATION": 4, "DIRECTIVE": 5, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 10, "SPACE": 11, "__instruction_star_2": 12, "blank": 36, "comment": 37, "directive": 38, "instruction": 39, "known": 40},  # 13
    {"$END": -13, "BLANK": -13, "COMMENT": -13, "CONTINUATION": -13, "DIRECTIVE": -13, "INDENT": -13, "INNER_BLANK": -13, "INNER_COMMENT": -13, "KEYWORD": -13, "KNOWN": -13, "SPACE": -13},  # 14
    {"$END": -14, "BLANK": 1, "COMMENT": 3, "CONTINUATION": 4, "DIRECTIVE": 5, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 10, "SPACE": 11, "__instruction_star_2": 12, "__start_star_0": 41, "blank": 14, "comment": 16, "directive": 17, "instruction": 18, "known": 19},  # 15
    {"$END": -15, "BLANK": -15, "COMMENT": -15, "CONTINUATION": -15, "DIRECTIVE": -15, "INDENT": -15, "INNER_BLANK": -15, "INNER_COMMENT": -15, "KEYWORD": -15, "KNOWN": -15, "SPACE": -15},  # 16
    {"$END": -16, "BLANK": -16, "COMMENT": -16, "CONTINUATION": -16, "DIRECTIVE": -16, "INDENT": -16, "INNER_BLANK": -16, "INNER_COMMENT": -16, "KEYWORD": -16, "KNOWN": -16, "SPACE": -16},  # 17
    {"$END": -17, "BLANK": -17, "COMMENT": -17, "CONTINUATION": -17, "DIRECTIVE": -17, "INDENT": -17, "INNER_BLANK": -17, "INNER_COMMENT": -17, "KEYWORD": -17, "KNOWN": -17, "SPACE": -17},  # 18
    {"$END": -18, "BLANK": -18, "COMMENT": -18, "CONTINUATION": -18, "DIRECTIVE": -18, "INDENT": -18, "INNER_BLANK": -18, "INNER_COMMENT": -18, "KEYWORD": -18, "KNOWN": -18, "SPACE": -18},  # 19
    {"$END": 0},  # 20
    {"CONTINUATION": -19, "END": -19, "INNER_BLANK": -19, "INNER_COMMENT": -19, "SPACE": -19, "TEXT": -19},  # 21
    {"$END": -20, "BLANK": -20, "COMMENT": -20, "CONTINUATION": -20, "DIRECTIVE": -20, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -20, "INNER_BLANK": -20, "INNER_COMMENT": -20, "KEYWORD": -20, "KNOWN": -20, "SPACE": -20, "UNTERMINATED": 44, "__instruction_star_5": 45},  # 22
    {"CONTINUATION": -21, "END": -21, "INNER_BLANK": -21, "INNER_COMMENT": -21, "SPACE": -21, "TEXT": -21},  # 23
    {"CONTINUATION": -22, "END": -22, "INNER_BLANK": -22, "INNER_COMMENT": -22, "SPACE": -22, "TEXT": -22},  # 24
    {"CONTINUATION": -23, "END": -23, "INNER_BLANK": -23, "INNER_COMMENT": -23, "SPACE": -23, "TEXT": -23},  # 25
    {"INNER_BLANK": 46, "INNER_COMMENT": 47, "KEYWORD": 48, "SPLIT": 49, "__instruction_star_1": 50},  # 26
    {"CONTINUATION": -24, "END": -24, "INNER_BLANK": -24, "INNER_COMMENT": -24, "SPACE": -24, "TEXT": -24},  # 27
    {"CONTINUATION": 21, "END": 51, "INNER_BLANK": 23, "INNER_COMMENT": 24, "SPACE": 25, "SPLIT": 52, "TEXT": 27, "__instruction_star_4": 53},  # 28
    {"CONTINUATION": 54, "END": 55, "INNER_BLANK": 56, "INNER_COMMENT": 57, "SPACE": 58, "TEXT": 59},  # 29
    {"CONTINUATION": -25, "INDENT": -25, "INNER_BLANK": -25, "INNER_COMMENT": -25, "KEYWORD": -25, "SPACE": -25},  # 30
    {"CONTINUATION": -26, "INDENT": -26, "INNER_BLANK": -26, "INNER_COMMENT": -26, "KEYWORD": -26, "SPACE": -26},  # 31
    {"CONTINUATION": -27, "INDENT": -27, "INNER_BLANK": -27, "INNER_COMMENT": -27, "KEYWORD": -27, "SPACE": -27},  # 32
    {"CONTINUATION": -28, "INDENT": -28, "INNER_BLANK": -28, "INNER_COMMENT": -28, "KEYWORD": -28, "SPACE": -28},  # 33
    {"CONTINUATION": 21, "END": 60, "INNER_BLANK": 23, "INNER_COMMENT": 24, "SPACE": 25, "SPLIT": 26, "TEXT": 27, "__instruction_star_3": 61, "__instruction_star_4": 62},  # 34
    {"CONTINUATION": -29, "INDENT": -29, "INNER_BLANK": -29, "INNER_COMMENT": -29, "KEYWORD": -29, "SPACE": -29},  # 35
    {"$END": -30, "BLANK": -30, "COMMENT": -30, "CONTINUATION": -30, "DIRECTIVE": -30, "INDENT": -30, "INNER_BLANK": -30, "INNER_COMMENT": -30, "KEYWORD": -30, "KNOWN": -30, "SPACE": -30},  # 36
    {"$END": -31, "BLANK": -31, "COMMENT": -31, "CONTINUATION": -31, "DIRECTIVE": -31, "INDENT": -31, "INNER_BLANK": -31, "INNER_COMMENT": -31, "KEYWORD": -31, "KNOWN": -31, "SPACE": -31},  # 37
    {"$END": -32, "BLANK": -32, "COMMENT": -32, "CONTINUATION": -32, "DIRECTIVE": -32, "INDENT": -32, "INNER_BLANK": -32, "INNER_COMMENT": -32, "KEYWORD": -32, "KNOWN": -32, "SPACE": -32},  # 38
    {"$END": -33, "BLANK": -33, "COMMENT": -33, "CONTINUATION": -33, "DIRECTIVE": -33, "INDENT": -33, "INNER_BLANK": -33, "INNER_COMMENT": -33, "KEYWORD": -33, "KNOWN": -33, "SPACE": -33},  # 39
    {"$END": -34, "BLANK": -34, "COMMENT": -34, "CONTINUATION": -34, "DIRECTIVE": -34, "INDENT": -34, "INNER_BLANK": -34, "INNER_COMMENT": -34, "KEYWORD": -34, "KNOWN": -34, "SPACE": -34},  # 40
    {"$END": -35, "BLANK": 1, "COMMENT": 3, "CONTINUATION": 4, "DIRECTIVE": 5, "INDENT": 6, "INNER_BLANK": 7, "INNER_COMMENT": 8, "KEYWORD": 9, "KNOWN": 10, "SPACE": 11, "__instruction_star_2": 12, "blank": 36, "comment": 37, "directive": 38, "instruction": 39, "known": 40},  # 41
    {"HEREDOC_END": 63},  # 42
    {"$END": -36, "BLANK": -36, "COMMENT": -36, "CONTINUATION": -36, "DIRECTIVE": -36, "HEREDOC": -36, "HEREDOC_END": -36, "INDENT": -36, "INNER_BLANK": -36, "INNER_COMMENT": -36, "KEYWORD": -36, "KNOWN": -36, "SPACE": -36, "UNTERMINATED": -36},  # 43
    {"$END": -37, "BLANK": -37, "COMMENT": -37, "CONTINUATION": -37, "DIRECTIVE": -37, "HEREDOC": -37, "HEREDOC_END": -37, "INDENT": -37, "INNER_BLANK": -37, "INNER_COMMENT": -37, "KEYWORD": -37, "KNOWN": -37, "SPACE": -37, "UNTERMINATED": -37},  # 44
    {"$END": -38, "BLANK": -38, "COMMENT": -38, "CONTINUATION": -38, "DIRECTIVE": -38, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -38, "INNER_BLANK": -38, "INNER_COMMENT": -38, "KEYWORD": -38, "KNOWN": -38, "SPACE": -38, "UNTERMINATED": 66},  # 45
    {"INNER_BLANK": -39, "INNER_COMMENT": -39, "KEYWORD": -39, "SPLIT": -39},  # 46
    {"INNER_BLANK": -40, "INNER_COMMENT": -40, "KEYWORD": -40, "SPLIT": -40},  # 47
    {"CONTINUATION": -41, "END": -41, "INNER_BLANK": -41, "INNER_COMMENT": -41, "SPACE": -41, "SPLIT": -41, "TEXT": -41},  # 48
    {"INNER_BLANK": -42, "INNER_COMMENT": -42, "KEYWORD": -42, "SPLIT": -42},  # 49
    {"INNER_BLANK": 67, "INNER_COMMENT": 68, "KEYWORD": 69, "SPLIT": 70},  # 50
    {"$END": -43, "BLANK": -43, "COMMENT": -43, "CONTINUATION": -43, "DIRECTIVE": -43, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -43, "INNER_BLANK": -43, "INNER_COMMENT": -43, "KEYWORD": -43, "KNOWN": -43, "SPACE": -43, "UNTERMINATED": 44, "__instruction_star_5": 71},  # 51
    {"INNER_BLANK": 46, "INNER_COMMENT": 47, "KEYWORD": 72, "SPLIT": 49, "__instruction_star_1": 73},  # 52
    {"CONTINUATION": 54, "END": 74, "INNER_BLANK": 56, "INNER_COMMENT": 57, "SPACE": 58, "TEXT": 59},  # 53
    {"CONTINUATION": -44, "END": -44, "INNER_BLANK": -44, "INNER_COMMENT": -44, "SPACE": -44, "TEXT": -44},  # 54
    {"$END": -45, "BLANK": -45, "COMMENT": -45, "CONTINUATION": -45, "DIRECTIVE": -45, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -45, "INNER_BLANK": -45, "INNER_COMMENT": -45, "KEYWORD": -45, "KNOWN": -45, "SPACE": -45, "UNTERMINATED": 44, "__instruction_star_5": 75},  # 55
    {"CONTINUATION": -46, "END": -46, "INNER_BLANK": -46, "INNER_COMMENT": -46, "SPACE": -46, "TEXT": -46},  # 56
    {"CONTINUATION": -47, "END": -47, "INNER_BLANK": -47, "INNER_COMMENT": -47, "SPACE": -47, "TEXT": -47},  # 57
    {"CONTINUATION": -48, "END": -48, "INNER_BLANK": -48, "INNER_COMMENT": -48, "SPACE": -48, "TEXT": -48},  # 58
    {"CONTINUATION": -49, "END": -49, "INNER_BLANK": -49, "INNER_COMMENT": -49, "SPACE": -49, "TEXT": -49},  # 59
    {"$END": -50, "BLANK": -50, "COMMENT": -50, "CONTINUATION": -50, "DIRECTIVE": -50, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -50, "INNER_BLANK": -50, "INNER_COMMENT": -50, "KEYWORD": -50, "KNOWN": -50, "SPACE": -50, "UNTERMINATED": 44, "__instruction_star_5": 76},  # 60
    {"CONTINUATION": 21, "END": 77, "INNER_BLANK": 23, "INNER_COMMENT": 24, "SPACE": 25, "SPLIT": 52, "TEXT": 27, "__instruction_star_4": 78},  # 61
    {"CONTINUATION": 54, "END": 79, "INNER_BLANK": 56, "INNER_COMMENT": 57, "SPACE": 58, "TEXT": 59},  # 62
    {"$END": -51, "BLANK": -51, "COMMENT": -51, "CONTINUATION": -51, "DIRECTIVE": -51, "HEREDOC": -51, "HEREDOC_END": -51, "INDENT": -51, "INNER_BLANK": -51, "INNER_COMMENT": -51, "KEYWORD": -51, "KNOWN": -51, "SPACE": -51, "UNTERMINATED": -51},  # 63
    {"HEREDOC_END": 80},  # 64
    {"$END": -52, "BLANK": -52, "COMMENT": -52, "CONTINUATION": -52, "DIRECTIVE": -52, "HEREDOC": -52, "HEREDOC_END": -52, "INDENT": -52, "INNER_BLANK": -52, "INNER_COMMENT": -52, "KEYWORD": -52, "KNOWN": -52, "SPACE": -52, "UNTERMINATED": -52},  # 65
    {"$END": -53, "BLANK": -53, "COMMENT": -53, "CONTINUATION": -53, "DIRECTIVE": -53, "HEREDOC": -53, "HEREDOC_END": -53, "INDENT": -53, "INNER_BLANK": -53, "INNER_COMMENT": -53, "KEYWORD": -53, "KNOWN": -53, "SPACE": -53, "UNTERMINATED": -53},  # 66
    {"INNER_BLANK": -54, "INNER_COMMENT": -54, "KEYWORD": -54, "SPLIT": -54},  # 67
    {"INNER_BLANK": -55, "INNER_COMMENT": -55, "KEYWORD": -55, "SPLIT": -55},  # 68
    {"CONTINUATION": -56, "END": -56, "INNER_BLANK": -56, "INNER_COMMENT": -56, "SPACE": -56, "SPLIT": -56, "TEXT": -56},  # 69
    {"INNER_BLANK": -57, "INNER_COMMENT": -57, "KEYWORD": -57, "SPLIT": -57},  # 70
    {"$END": -58, "BLANK": -58, "COMMENT": -58, "CONTINUATION": -58, "DIRECTIVE": -58, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -58, "INNER_BLANK": -58, "INNER_COMMENT": -58, "KEYWORD": -58, "KNOWN": -58, "SPACE": -58, "UNTERMINATED": 66},  # 71
    {"CONTINUATION": -59, "END": -59, "INNER_BLANK": -59, "INNER_COMMENT": -59, "SPACE": -59, "SPLIT": -59, "TEXT": -59},  # 72
    {"INNER_BLANK": 67, "INNER_COMMENT": 68, "KEYWORD": 81, "SPLIT": 70},  # 73
    {"$END": -60, "BLANK": -60, "COMMENT": -60, "CONTINUATION": -60, "DIRECTIVE": -60, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -60, "INNER_BLANK": -60, "INNER_COMMENT": -60, "KEYWORD": -60, "KNOWN": -60, "SPACE": -60, "UNTERMINATED": 44, "__instruction_star_5": 82},  # 74
    {"$END": -61, "BLANK": -61, "COMMENT": -61, "CONTINUATION": -61, "DIRECTIVE": -61, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -61, "INNER_BLANK": -61, "INNER_COMMENT": -61, "KEYWORD": -61, "KNOWN": -61, "SPACE": -61, "UNTERMINATED": 66},  # 75
    {"$END": -62, "BLANK": -62, "COMMENT": -62, "CONTINUATION": -62, "DIRECTIVE": -62, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -62, "INNER_BLANK": -62, "INNER_COMMENT": -62, "KEYWORD": -62, "KNOWN": -62, "SPACE": -62, "UNTERMINATED": 66},  # 76
    {"$END": -63, "BLANK": -63, "COMMENT": -63, "CONTINUATION": -63, "DIRECTIVE": -63, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -63, "INNER_BLANK": -63, "INNER_COMMENT": -63, "KEYWORD": -63, "KNOWN": -63, "SPACE": -63, "UNTERMINATED": 44, "__instruction_star_5": 83},  # 77
    {"CONTINUATION": 54, "END": 84, "INNER_BLANK": 56, "INNER_COMMENT": 57, "SPACE": 58, "TEXT": 59},  # 78
    {"$END": -64, "BLANK": -64, "COMMENT": -64, "CONTINUATION": -64, "DIRECTIVE": -64, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -64, "INNER_BLANK": -64, "INNER_COMMENT": -64, "KEYWORD": -64, "KNOWN": -64, "SPACE": -64, "UNTERMINATED": 44, "__instruction_star_5": 85},  # 79
    {"$END": -65, "BLANK": -65, "COMMENT": -65, "CONTINUATION": -65, "DIRECTIVE": -65, "HEREDOC": -65, "HEREDOC_END": -65, "INDENT": -65, "INNER_BLANK": -65, "INNER_COMMENT": -65, "KEYWORD": -65, "KNOWN": -65, "SPACE": -65, "UNTERMINATED": -65},  # 80
    {"CONTINUATION": -66, "END": -66, "INNER_BLANK": -66, "INNER_COMMENT": -66, "SPACE": -66, "SPLIT": -66, "TEXT": -66},  # 81
    {"$END": -67, "BLANK": -67, "COMMENT": -67, "CONTINUATION": -67, "DIRECTIVE": -67, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -67, "INNER_BLANK": -67, "INNER_COMMENT": -67, "KEYWORD": -67, "KNOWN": -67, "SPACE": -67, "UNTERMINATED": 66},  # 82
    {"$END": -68, "BLANK": -68, "COMMENT": -68, "CONTINUATION": -68, "DIRECTIVE": -68, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -68, "INNER_BLANK": -68, "INNER_COMMENT": -68, "KEYWORD": -68, "KNOWN": -68, "SPACE": -68, "UNTERMINATED": 66},  # 83
    {"$END": -69, "BLANK": -69, "COMMENT": -69, "CONTINUATION": -69, "DIRECTIVE": -69, "HEREDOC": 42, "HEREDOC_END": 43, "INDENT": -69, "INNER_BLANK": -69, "INNER_COMMENT": -69, "KEYWORD": -69, "KNOWN": -69, "SPACE": -69, "UNTERMINATED": 44, "__instruction_star_5": 86},  # 84
    {"$END": -70, "BLANK": -70, "COMMENT": -70, "CONTINUATION": -70, "DIRECTIVE": -70, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -70, "INNER_BLANK": -70, "INNER_COMMENT": -70, "KEYWORD": -70, "KNOWN": -70, "SPACE": -70, "UNTERMINATED": 66},  # 85
    {"$END": -71, "BLANK": -71, "COMMENT": -71, "CONTINUATION": -71, "DIRECTIVE": -71, "HEREDOC": 64, "HEREDOC_END": 65, "INDENT": -71, "INNER_BLANK": -71, "INNER_COMMENT": -71, "KEYWORD": -71, "KNOWN": -71, "SPACE": -71, "UNTERMINATED": 66},  # 86
)

RULES = (
    ("start", 0, ()),  # -1
    ("blank", 1, ()),  # -2
    ("bom", 1, ()),  # -3
    ("comment", 1, ()),  # -4
    ("__instruction_star_2", 1, ()),  # -5
    ("directive", 1, ()),  # -6
    ("__instruction_star_2", 1, ()),  # -7
    ("__instruction_star_2", 1, ()),  # -8
    ("__instruction_star_2", 1, ()),  # -9
    ("known", 1, ()),  # -10
    ("__instruction_star_2", 1, ()),  # -11
    ("start", 1, (0,)),  # -12
    ("__start_star_0", 1, ()),  # -13
    ("start", 1, ()),  # -14
    ("__start_star_0", 1, ()),  # -15
    ("__start_star_0", 1, ()),  # -16
    ("__start_star_0", 1, ()),  # -17
    ("__start_star_0", 1, ()),  # -18
    ("__instruction_star_4", 1, ()),  # -19
    ("instruction", 2, ()),  # -20
    ("__instruction_star_4", 1, ()),  # -21
    ("__instruction_star_4", 1, ()),  # -22
    ("__instruction_star_4", 1, ()),  # -23
    ("__instruction_star_4", 1, ()),  # -24
    ("__instruction_star_2", 2, (0,)),  # -25
    ("__instruction_star_2", 2, (0,)),  # -26
    ("__instruction_star_2", 2, (0,)),  # -27
    ("__instruction_star_2", 2, (0,)),  # -28
    ("__instruction_star_2", 2, (0,)),  # -29
    ("__start_star_0", 2, (0,)),  # -30
    ("__start_star_0", 2, (0,)),  # -31
    ("__start_star_0", 2, (0,)),  # -32
    ("__start_star_0", 2, (0,)),  # -33
    ("__start_star_0", 2, (0,)),  # -34
    ("start", 2, (1,)),  # -35
    ("__instruction_star_5", 1, ()),  # -36
    ("__instruction_star_5", 1, ()),  # -37
    ("instruction", 3, (2,)),  # -38
    ("__instruction_star_1", 1, ()),  # -39
    ("__instruction_star_1", 1, ()),  # -40
    ("__instruction_star_3", 2, ()),  # -41
    ("__instruction_star_1", 1, ()),  # -42
    ("instruction", 3, (1,)),  # -43
    ("__instruction_star_4", 2, (0,)),  # -44
    ("instruction", 3, (1,)),  # -45
    ("__instruction_star_4", 2, (0,)),  # -46
    ("__instruction_star_4", 2, (0,)),  # -47
    ("__instruction_star_4", 2, (0,)),  # -48
    ("__instruction_star_4", 2, (0,)),  # -49
    ("instruction", 3, (0,)),  # -50
    ("__instruction_star_5", 2, ()),  # -51
    ("__instruction_star_5", 2, (0,)),  # -52
    ("__instruction_star_5", 2, (0,)),  # -53
    ("__instruction_star_1", 2, (0,)),  # -54
    ("__instruction_star_1", 2, (0,)),  # -55
    ("__instruction_star_3", 3, (1,)),  # -56
    ("__instruction_star_1", 2, (0,)),  # -57
    ("instruction", 4, (1, 3)),  # -58
    ("__instruction_star_3", 3, (0,)),  # -59
    ("instruction", 4, (1, 2)),  # -60
    ("instruction", 4, (1, 3)),  # -61
    ("instruction", 4, (0, 3)),  # -62
    ("instruction", 4, (0, 2)),  # -63
    ("instruction", 4, (0, 2)),  # -64
    ("__instruction_star_5", 3, (0,)),  # -65
    ("__instruction_star_3", 4, (0, 2)),  # -66
    ("instruction", 5, (1, 2, 4)),  # -67
    ("instruction", 5, (0, 2, 4)),  # -68
    ("instruction", 5, (0, 2, 3)),  # -69
    ("instruction", 5, (0, 2, 4)),  # -70
    ("instruction", 6, (0, 2, 3, 5)),  # -71
)
