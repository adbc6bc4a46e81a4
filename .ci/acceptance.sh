#!/usr/bin/env bash
# Judges every example; see acceptance.py. Usage: .ci/acceptance.sh [--no-judge] [EXAMPLE…]
cd "$(dirname "$0")/.." || exit 2
python=target/ci-venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" .ci/acceptance.py "$@"
