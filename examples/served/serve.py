#!/usr/bin/env python3
"""Naive Bayes that answers requests: trained when it starts, then one JSON object a line on standard input, one on
standard output. With --port it answers HTTP on that port instead: `POST /predict`.

Python's standard library only; the model is that of ../trained/nb.py. Same arguments, same predictions.
"""
import argparse, json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, "../trained")
import nb


def trained(a):
    kw = dict(bigrams=not a.no_bigrams, negation=not a.no_negation)
    return nb.choose(lambda s: nb.NaiveBayes(s, **kw), nb.GRID, nb.sample(nb.read(a.train), a.seed), nb.read(a.val))


def answer(model, row):
    p = model.score(row["text"])
    return {"id": row["id"], "prediction": "pos" if p > .5 else "neg", "score": round(p, 4)}


def lines(model):
    for line in sys.stdin:
        # Without the flush the answer waits for others.
        print(json.dumps(answer(model, json.loads(line))), flush=True)


def http(model, port):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are written apart; the second must not wait until the first is acknowledged.
        disable_nagle_algorithm = True

        def do_POST(self):
            row = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(answer(model, row)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--train", required=True)
    p.add_argument("--val", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--no-bigrams", action="store_true")
    p.add_argument("--no-negation", action="store_true")
    p.add_argument("--port", type=int)
    a = p.parse_args()
    model = trained(a)
    lines(model) if a.port is None else http(model, a.port)


if __name__ == "__main__":
    main()
