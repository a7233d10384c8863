"""The colours of Sublime Text's grammar by the engine of bat, held to those of the language server.

    python colours-bat.py CORPUS.json BAT SYNTAX.sublime-syntax CACHE

The theme gives each class a colour of its own; what bat prints is read back.
"""

import json
import os
import re
import subprocess
import sys

CLASSES = {
    "comment.line.documentation": "DocComment",
    "comment": "Comment",
    "constant.other.placeholder": "Hole",
    "string, constant.character.escape, punctuation.definition.string": "Text",
    "constant.numeric, keyword.other.unit": "Number",
    "constant.other.outcome, constant.other.code": "Constant",
    "storage.type.annotation, punctuation.definition.annotation": "Annotation",
    "keyword.operator.word, keyword.control, keyword.declaration": "Keyword",
    "keyword.operator": "Operator",
    "variable.other.property": "Property",
    "variable.parameter": "Parameter",
    "variable, entity.name, support.function": "Name",
}
ORDER = list(CLASSES.values())
NAMES = {"Type", "Function", "Variable", "Module"}


def theme():
    """A theme of TextMate, in which the red of a colour is the number of its class."""
    one = "<dict><key>scope</key><string>{}</string><key>settings</key><dict><key>foreground</key><string>#{:02x}0101</string></dict></dict>"
    rules = "".join(one.format(scope, i + 1) for i, scope in enumerate(CLASSES))
    plain = "<dict><key>settings</key><dict><key>foreground</key><string>#640101</string><key>background</key><string>#000000</string></dict></dict>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>name</key><string>Classes</string><key>settings</key><array>{plain}{rules}</array></dict></plist>'


def main():
    corpus, bat, syntax, cache = sys.argv[1:]
    plans = json.load(open(corpus, encoding="utf-8"))
    source = os.path.join(cache, "source")
    for folder in ("syntaxes", "themes"):
        os.makedirs(os.path.join(source, folder), exist_ok=True)
    with open(os.path.join(source, "syntaxes", "Bench.sublime-syntax"), "w") as file:
        file.write(open(syntax).read())
    with open(os.path.join(source, "themes", "Classes.tmTheme"), "w") as file:
        file.write(theme())
    environment = {**os.environ, "BAT_CACHE_PATH": cache, "COLORTERM": "truecolor", "BAT_CONFIG_PATH": os.devnull}
    subprocess.run([bat, "cache", "--build", "--source", source, "--target", cache], env=environment, check=True, capture_output=True)

    faults, words = [], 0
    # Tabs and carriage returns are not printed as they are.
    plans = [p for p in plans if not any("\t" in piece or "\r" in piece or "\ufeff" in piece for piece, _ in p["pieces"])]
    folder = os.path.join(cache, "plans")
    os.makedirs(folder, exist_ok=True)
    for number, plan in enumerate(plans):
        with open(os.path.join(folder, f"{number}.bench"), "w", encoding="utf-8") as file:
            file.write("".join(piece for piece, _ in plan["pieces"]).rstrip("\n") + "\n")
    for number, plan in enumerate(plans):
        path = os.path.join(folder, f"{number}.bench")
        arguments = [bat, "--no-config", "--color=always", "--style=plain", "--paging=never", "--tabs=0", "--wrap=never", "--theme=Classes", path]
        printed = subprocess.run(arguments, env=environment, check=True, capture_output=True).stdout.decode()
        text, classes, now = "", [], None
        for mark, character in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b])", printed):
            if character:
                text += character
                classes.append(now)
            elif match := re.search(r"38;2;(\d+);1;1", mark):
                now = ORDER[int(match[1]) - 1] if int(match[1]) <= len(ORDER) else None
            else:
                now = None
        at = 0
        for piece, own in plan["pieces"]:
            if own:
                words += 1
                want = "Name" if own in NAMES else own
                wrong = [c for c, t in zip(classes[at:], piece) if not t.isspace() and c != want]
                if wrong or text[at : at + len(piece)] != piece:
                    line = text.count("\n", 0, at) + 1
                    faults.append(f"{plan['name']}:{line}: `{piece}` is {want}, here {wrong[:1]}")
            at += len(piece)
    for fault in faults[:20]:
        print("FAIL sublime:", fault)
    print(f"sublime: {len(plans)} plans, {words} words, {len(faults)} differ")
    return 0 if not faults and len(plans) > 700 and words > 20_000 else 1


sys.exit(main())
