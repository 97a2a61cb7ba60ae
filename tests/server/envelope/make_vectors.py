"""Writes ``good-server.json``: envelopes sealed here, for the tablet's library to open.

Run ``python -m tests.server.envelope.make_vectors`` after ``good.json`` and ``keys.json`` were made again.
"""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, OctKey

from server.envelope.seal import record_digest, seal, sign

LARGEST = 12_000
VECTORS = Path(__file__).parents[2] / "vectors" / "envelope"


def main() -> None:
    """Seal again what ``good.json`` signed (but for its largest cases), under each epoch of the team key."""
    keys = json.loads((VECTORS / "keys.json").read_text())
    organisation = ECKey.import_key(keys["organization"]["encryption_key"])
    signers = {each["slot"]: ECKey.import_key(each["signing_key"]) for each in keys["signers"]}
    source = json.loads((VECTORS / "good.json").read_text())["cases"]
    cases = [
        _case(case, signers[case["payload"]["slot"]], OctKey.import_key(team_key), organisation)
        for case in source
        if len(case["document"]["jwe"]) < LARGEST
        for team_key in keys["team_keys"]
    ]
    text = json.dumps({"cases": cases}, ensure_ascii=False, indent=1)
    (VECTORS / "good-server.json").write_text(text + "\n")


def _case(case: dict[str, Any], signer: ECKey, team_key: OctKey, organisation: ECKey) -> dict[str, Any]:
    compact = sign(case["payload"], signer)
    return {
        "name": f"{case['name']}, sealed by the server to epoch {str(team_key.kid).rpartition('.')[2]}",
        "document": seal(compact, team_key, organisation).document,
        "record": record_digest(compact),
        "payload": case["payload"],
    }


if __name__ == "__main__":
    main()
