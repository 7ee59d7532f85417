/** Files written next to a fused model: a Python script, the same for every model, and a README. */
import type { EncoderDeclaration } from '../encoder/declaration.js';
import type { Manifest } from '../versions/manifest.js';

interface AboutFused {
  readonly stem: string;
  readonly onnx: string;
  readonly manifest: Manifest;
  readonly declaration: EncoderDeclaration;
}

export function fusedReadme({ stem, onnx, manifest, declaration }: AboutFused): string {
  return `# ${manifest.adapter}, version ${manifest.version}

\`${onnx}\` is the encoder ${declaration.model}, its pooling (${declaration.pooling.join(', ')}) and the adapter in one ONNX model (opset 17), from token ids to labels.
Inputs: \`input_ids\` and \`attention_mask\`, int64 [batch, tokens]; \`ngram_counts\`, float32 [batch, N], where the recipe has \`ngrams:N\` (\`count_ngrams\` in \`${stem}.py\`).
Outputs: \`probabilities\` [batch, classes], and \`label_index\` [batch, tasks], the number of each task's likeliest class. Multi-label tasks: from 0.5 on.
Its metadata (keys \`espalier.*\`, JSON) names the classes in order, their tasks, the recipe, the encoder's fingerprint, and the thresholds for unknown texts.
\`${stem}.tokenizer.json\` is the tokenizer, for the \`tokenizers\` package.

    pip install onnxruntime numpy tokenizers
    echo "where is my parcel" | python ${stem}.py

The script prints a JSON line a text and task. \`sure\` is false where the confidence is below the task's threshold: treat the text as unknown.
`;
}

export const fusedScript = String.raw`"""Answers each line of standard input with the ONNX file beside this script. Needs onnxruntime, numpy, tokenizers."""
import json
import pathlib
import re
import sys
import unicodedata

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

here = pathlib.Path(__file__)
session = onnxruntime.InferenceSession(str(here.with_suffix(".onnx")), providers=["CPUExecutionProvider"])
tokenizer = Tokenizer.from_file(str(here.with_suffix(".tokenizer.json")))
about = {key.removeprefix("espalier."): json.loads(value) for key, value in session.get_modelmeta().custom_metadata_map.items() if key.startswith("espalier.")}

SPACE = "[\t\n\x0b\x0c\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"


def normalise(text):
    return re.sub(SPACE, " ", unicodedata.normalize("NFC", text)).strip(" ")


def ngrams(text):
    text = normalise(text).lower()
    marked = "".join("a" if unicodedata.category(c)[0] in "LN" else c for c in text)
    words = [text[m.start() : m.end()] for m in re.finditer("a+(?:'a+)*", marked)]
    found, before = set(), "<s>"
    for word in words:
        found.add(f"2{before} {word}")
        found.add(f"1{word}")
        before, whole = word, f"<{word}>"
        for length in (3, 4, 5):
            found.update("c" + whole[start : start + length] for start in range(len(whole) - length + 1))
    return found | {f"2{before} </s>"}


def bucket(ngram, buckets):
    value = 0x811C9DC5
    for byte in ngram.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    value = (value ^ value >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    value = (value ^ value >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return (value ^ value >> 16) & buckets - 1


def count_ngrams(text, buckets):
    counts = np.zeros(buckets, np.float32)
    for ngram in ngrams(text):
        counts[bucket(ngram, buckets)] += 1
    return counts


def token_ids(text):
    tokens = about["tokens"]
    encoded = tokenizer.encode(about["encoder"]["prompt"] + normalise(text))
    ids = list(encoded.ids)
    if len(ids) > tokens["maximum"]:
        end = len(ids) - tokens["closing"]
        ids = ids[: tokens["maximum"] - tokens["closing"]] + ids[end:]
    return ids


def answer(text):
    ids = np.array([token_ids(text)], np.int64).reshape(1, -1)
    given = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
        "position_ids": np.arange(ids.shape[1], dtype=np.int64)[None],
    }
    if about["ngram_buckets"]:
        given["ngram_counts"] = count_ngrams(text, about["ngram_buckets"])[None]
    return session.run(["probabilities"], {one.name: given[one.name] for one in session.get_inputs()})[0][0]


def answers(text):
    probabilities = answer(text)
    for task in dict.fromkeys(about["tasks"]):
        own = [(label, float(p)) for label, of, p in zip(about["classes"], about["tasks"], probabilities) if of == task]
        if task in about["multi_label"]:
            yield {"text": text, "task": task, "labels": [label for label, p in own if p >= 0.5], "probabilities": dict(own)}
            continue
        label, confidence = max(own, key=lambda one: one[1])
        threshold = about["thresholds"].get(task)
        yield {"text": text, "task": task, "label": label, "confidence": confidence, "sure": threshold is None or confidence >= threshold}


if __name__ == "__main__":
    for line in sys.stdin:
        for one in answers(line.rstrip("\r\n")):
            print(json.dumps(one, ensure_ascii=False))
`;
