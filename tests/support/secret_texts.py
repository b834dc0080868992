"""Every form of a secret that is found, in a text of a Dockerfile, cog.yaml or a requirements file."""

from __future__ import annotations

import re

FOUND = {
    "ENV HF_TOKEN=hf_SECRET4": "ENV HF_TOKEN=***",
    "ENV HF_TOKEN hf_x": "ENV HF_TOKEN ***",
    "ENV A=1 HF_TOKEN='a b c' B=2": "ENV A=1 HF_TOKEN='***' B=2",
    'ENV HF_TOKEN="a\\"b c" B=2': 'ENV HF_TOKEN="***" B=2',
    "ENV AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCY": "ENV AWS_SECRET_ACCESS_KEY=***",
    "ARG GITHUB_TOKEN=ghp_abcd": "ARG GITHUB_TOKEN=***",
    "ENV OPENAI_API_KEY=sk-123": "ENV OPENAI_API_KEY=***",
    "ENV FAL_KEY=3fa85f64-5717-4562-b3fc-2c963f66afa6:abcd": "ENV FAL_KEY=***",
    "ENV DB_PASSWORD=secret": "ENV DB_PASSWORD=***",
    "ENV DB_PASS=x DB_PASSWORD2=y": "ENV DB_PASS=*** DB_PASSWORD2=***",
    "ENV TOKEN=${X:-ghp_abc}": "ENV TOKEN=***",
    "ENV A=1 \\\n  HF_TOKEN=\\\nhunter2 B=2": "ENV A=1 \\\n  HF_TOKEN=\\\n*** B=2",
    "ENV HF_TOKEN=hunt\\\n  # why\ner2 B=2": "ENV HF_TOKEN=***\\\n***\n*** B=2",
    "# escape=`\nFROM a\nENV HF_TOKEN=hunt`\ner2": "# escape=`\nFROM a\nENV HF_TOKEN=***`\n***",
    "ENV http_proxy=user:pw@proxy:3128": "ENV http_proxy=***@proxy:3128",
    "ENV https_proxy=http://user:pw@proxy:3128": "ENV https_proxy=http://***@proxy:3128",
    "PIP_EXTRA_INDEX_URL=https://me:SECRET3@h/simple": "PIP_EXTRA_INDEX_URL=https://***@h/simple",
    "a=http://x/,b=http://u:p@h": "a=http://x/,b=http://***@h",
    "postgres://u:p@ss@h/db": "postgres://***@h/db",
    "https://ghp_abc@github.com/x": "https://***@github.com/x",
    "https://ghp_abc:@github.com/x": "https://***@github.com/x",
    "https://user:pa#ss@h/": "https://***@h/",
    "https://h/x.whl?private_token=glpat-x": "https://h/x.whl?private_token=***",
    "https://h/?a=b&job_token=abc": "https://h/?a=b&job_token=***",
    "--extra-index-url https://h/simple?access_token=x": "--extra-index-url https://h/simple?access_token=***",
    "https://h/?auth_token=a&api_key=b&x=c": "https://h/?auth_token=***&api_key=***&x=c",
    "https://h/?X-Amz-Signature=abc&x=y": "https://h/?X-Amz-Signature=***&x=y",
    "https://h/?sig=abc": "https://h/?sig=***",
    'RUN curl -H "Authorization: Bearer SECRET" https://x "y"': 'RUN curl -H "Authorization: Bearer ***" https://x "y"',
    'RUN curl -H "PRIVATE-TOKEN: glpat-abc1" x': 'RUN curl -H "PRIVATE-TOKEN: ***" x',
    "RUN curl -u me:SECRET https://x": "RUN curl -u *** https://x",
    'RUN ["curl", "-u", "me:SECRET", "x"]': 'RUN ["curl", "-u", "***", "x"]',
    "RUN login --token hf_abc && x": "RUN login --token *** && x",
    'RUN ["login", "--token", "SECRET"]': 'RUN ["login", "--token", "***"]',
    'RUN sh -c "export TOKEN=abc; x" && echo "y"': 'RUN sh -c "export TOKEN=***; x" && echo "y"',
    'echo "machine h login me password hunter2" > n': 'echo "machine h login me password ***" > n',
    '{"api_key": "sk-abc123"}': '{"api_key": "***"}',
    "LABEL token=abc": "LABEL token=***",
    '- "HF_TOKEN=hf_x"': '- "HF_TOKEN=***"',
    "RUN echo ghp_0123456789abcdefABCD | x": "RUN echo *** | x",
    "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----": (
        "-----BEGIN RSA PRIVATE KEY-----\n***\n-----END RSA PRIVATE KEY-----"
    ),
}
"""Texts with secrets, and what is shown of them."""


def with_value(text: str, value: str) -> str:
    """A text of `FOUND` with `value` at the end of each secret in it, in the last of its lines."""
    parts = [re.escape(part) for part in FOUND[text].split("***")]
    match = re.fullmatch("(.+)".join(parts), text, re.DOTALL)
    assert match is not None, text
    places = [match.end(number) for number in range(1, len(parts)) if text[match.end(number) :][1:2] != "\n"]
    for place in reversed(places):
        text = f"{text[:place]}{value}{text[place:]}"
    return text
