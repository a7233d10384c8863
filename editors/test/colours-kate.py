"""The colours of Kate, by its own highlighter, held to those of the language server on the plans of the examples, of the
library and of the formatter's tests.

    python colours-kate.py CORPUS.json bench.xml FOLDER

The theme gives each style a colour of its own; what the highlighter prints is read back.
"""

import html
import json
import os
import re
import subprocess
import sys

CLASSES = {
    "Comment": "Comment",
    "Documentation": "DocComment",
    "Keyword": "Keyword",
    "Control": "Keyword",
    "Type": "Name",
    "Function": "Name",
    "Builtin": "Name",
    "Name": "Name",
    "Module": "Name",
    "Field": "Property",
    "Key": "Property",
    "Parameter": "Parameter",
    "Constant": "Constant",
    "Number": "Number",
    "Unit": "Number",
    "Operator": "Operator",
    "String": "Text",
    "Escape": "Text",
    "Hole": "Hole",
    "Annotation": "Annotation",
}
STYLES = list(CLASSES)
NAMES = {"Type", "Function", "Variable", "Module"}


def theme():
    plain = {"text-color": "#640101", "selected-text-color": "#640101"}
    own = {style: {"text-color": f"#{i + 1:02x}0101"} for i, style in enumerate(STYLES)}
    return {
        "metadata": {"name": "Classes", "revision": 1},
        "text-styles": {"Normal": plain},
        "custom-styles": {"Bench": own},
        "editor-colors": {"BackgroundColor": "#ffffff"},
    }


def main():
    corpus, syntax, folder = sys.argv[1:]
    plans = json.load(open(corpus, encoding="utf-8"))
    plans = [p for p in plans if p["name"].startswith(("examples/", "stdlib/", "tests/format/"))]
    plans = [p for p in plans if not any("\r" in piece for piece, _ in p["pieces"])]
    data = os.path.join(folder, "org.kde.syntax-highlighting")
    for name in ("syntax", "themes"):
        os.makedirs(os.path.join(data, name), exist_ok=True)
    with open(os.path.join(data, "syntax", "bench.xml"), "w") as file:
        file.write(open(syntax).read())
    with open(os.path.join(data, "themes", "classes.theme"), "w") as file:
        json.dump(theme(), file)
    environment = {**os.environ, "XDG_DATA_HOME": os.path.abspath(folder), "QT_QPA_PLATFORM": "offscreen"}
    faults, words = [], 0
    for plan in plans:
        source = "".join(piece for piece, _ in plan["pieces"])
        path = os.path.join(folder, "plan.bench")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        command = ["kate-syntax-highlighter", "-s", "Bench", "-t", "Classes", "-f", "html", path]
        printed = subprocess.run(command, env=environment, check=True, capture_output=True).stdout.decode()
        printed = printed[printed.index("<pre>\n") + len("<pre>\n") : printed.rindex("</pre>")]
        text, classes, now = "", [], None
        for start, end, piece in re.findall(r"<span([^>]*)>|(</span>)|((?:[^<])+)", printed):
            if start:
                colour = re.search(r"[^-]color:#([0-9a-f]{2})0101", start)
                number = int(colour[1], 16) if colour else 0
                now = CLASSES[STYLES[number - 1]] if 0 < number <= len(STYLES) else None
            elif end:
                now = None
            else:
                piece = html.unescape(piece)
                text += piece
                classes += [now] * len(piece)
        at = 0
        for piece, own in plan["pieces"]:
            if own:
                words += 1
                want = "Name" if own in NAMES else own
                wrong = [c for c, t in zip(classes[at:], piece) if not t.isspace() and c != want]
                if wrong or text[at : at + len(piece)] != piece:
                    line = source.count("\n", 0, at) + 1
                    faults.append(f"{plan['name']}:{line}: `{piece}` is {want}, here {wrong[:1]}")
            at += len(piece)
    for fault in faults[:20]:
        print("FAIL kate:", fault)
    print(f"kate: {len(plans)} plans, {words} words, {len(faults)} differ")
    return 0 if not faults and len(plans) > 90 and words > 10_000 else 1


sys.exit(main())
