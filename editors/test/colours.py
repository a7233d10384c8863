"""The colours of Pygments, held to those of the language server on every valid plan of the repository.

    python colours.py CORPUS.json      (written by `cargo test editors`; the lexer must be installed)
"""

import json
import sys

from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace

NAMES = {"Type", "Function", "Variable", "Module"}
CLASSES = [
    (Comment.Special, "DocComment"),
    (Comment, "Comment"),
    (String.Interpol, "Hole"),
    (String, "Text"),
    (Number, "Number"),
    (Operator.Word, "Keyword"),
    (Operator, "Operator"),
    (Keyword, "Keyword"),
    (Name.Decorator, "Annotation"),
    (Name.Constant, "Constant"),
    (Name.Label, "Constant"),
    (Name.Attribute, "Property"),
    (Name.Property, "Property"),
    (Name.Variable, "Parameter"),
    (Name, "Name"),
    (Punctuation, None),
    (Text, None),
    (Whitespace, None),
]


def main():
    plans = json.load(open(sys.argv[1], encoding="utf-8"))
    lexer = get_lexer_by_name("bench", stripnl=False, ensurenl=False)
    assert get_lexer_for_filename("plan.bench").name == "Bench"
    faults, words = [], 0
    for plan in plans:
        text = "".join(piece for piece, _ in plan["pieces"])
        found = list(lexer.get_tokens_unprocessed(text))
        classes = [None] * len(text)
        for at, token, value in found:
            if token in Error:
                faults.append(f"{plan['name']}: error at {value!r}")
            own = next((name for kind, name in CLASSES if token in kind), "?")
            classes[at : at + len(value)] = [own] * len(value)
        if "".join(value for _, _, value in found) != text:
            faults.append(f"{plan['name']}: the text is not whole")
        at = 0
        for piece, own in plan["pieces"]:
            own = "Name" if own in NAMES else own
            if own:
                words += 1
                wrong = [c for c, t in zip(classes[at:], piece) if not t.isspace() and c != own]
                if wrong:
                    line = text.count("\n", 0, at) + 1
                    faults.append(f"{plan['name']}:{line}: `{piece}` is {own}, here {wrong[0]}")
            at += len(piece)
    for fault in faults[:20]:
        print("FAIL pygments:", fault)
    print(f"pygments: {len(plans)} plans, {words} words, {len(faults)} differ")
    return 0 if not faults and len(plans) > 700 and words > 20_000 else 1


sys.exit(main())
