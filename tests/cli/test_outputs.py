"""What the commands print as JSON is what the schema in the package says, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.command import Lbtui
from tests.support.manifests import edit, write_cluster


@pytest.fixture(scope="module")
def schema() -> Any:
    path = Path(__file__).parents[2] / "lbtui" / "outputs.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    edit(write_cluster(tmp_path / "new") / "advertisements.yaml", "localPref: 100", "localPref: 7")
    edit(tmp_path / "new" / "pools.yaml", "name: public", "name: renamed")
    folder = write_cluster(tmp_path / "cluster")
    pending = "---\n" + (folder / "services.yaml").read_text().split("status:")[0]
    with (folder / "services.yaml").open("a") as file:
        file.write(pending.replace("name: web", "name: new"))
    return folder


def _closed(node: Any) -> Any:
    """The same schema, but what it does not name is refused."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if "required" in closed:
        closed["additionalProperties"] = False
    return closed


OUTPUTS = [
    pytest.param("lint", ("lint", "cluster"), 0, id="lint"),
    pytest.param("preview", ("preview", "cluster"), 0, id="preview"),
    pytest.param("diff", ("diff", "cluster", "new"), 1, id="diff"),
    pytest.param("explain", ("explain", "cluster", "--service", "default/web"), 0, id="explain"),
    pytest.param("explain", ("explain", "cluster", "--service", "default/new"), 1, id="explain-no"),
    pytest.param(
        "explainResource", ("explain", "cluster", "--resource", "BGPPeer/tor"), 0, id="resource"
    ),
    pytest.param("allocate", ("allocate", "cluster"), 0, id="allocate"),
    pytest.param("whatif", ("whatif", "cluster", "--without", "node/node-a"), 1, id="whatif"),
    pytest.param("singlePoints", ("whatif", "cluster"), 0, id="single-points"),
    pytest.param("config", ("config", "show"), 0, id="config"),
    pytest.param("locate", ("locate",), 0, id="locate"),
]


@pytest.mark.parametrize(("name", "words", "code"), OUTPUTS)
def test_output_is_as_the_schema_says(
    lbtui: Lbtui, cluster: Path, schema: Any, name: str, words: tuple[str, ...], code: int
) -> None:
    document = lbtui.json(*words, "-o", "json", code=code)
    jsonschema.Draft202012Validator.check_schema(schema)
    own = {**_closed(schema), "anyOf": [{"$ref": f"#/$defs/{name}"}]}
    jsonschema.Draft202012Validator(own).validate(document)
    jsonschema.Draft202012Validator(schema).validate(document)


def test_the_schema_is_found_by_locate(lbtui: Lbtui, schema: Any) -> None:
    path = Path(lbtui.json("locate", "-o", "json")["output schema"])
    assert json.loads(path.read_text(encoding="utf-8")) == schema


def test_explain_tells_in_words(lbtui: Lbtui, cluster: Path) -> None:
    done = lbtui("explain", "cluster", "--service", "default/new", "--node", "node-a")
    assert done.returncode == 1
    assert "FAIL noIPAllocated" in done.stdout
    assert "on node-a:" in done.stdout
    done = lbtui("explain", "cluster", "--service", "default/web", "--peer", "tor")
    assert done.returncode == 0
    assert "sent to tor: by local" in done.stdout
    assert "edge" not in done.stdout
    assert "by the alias NO_ADVERTISE of Community well-known" in done.stdout


def test_allocate_tells_in_words(lbtui: Lbtui, cluster: Path) -> None:
    done = lbtui("allocate", "cluster")
    assert "default/new  new    198.51.100.0" in done.stdout
    assert done.stdout.split()[-5:] == ["public", "IPv4", "256", "2", "254"]


def test_whatif_tells_in_words(lbtui: Lbtui, cluster: Path) -> None:
    done = lbtui("whatif", "cluster", "--without", "peer/tor")
    assert done.returncode == 0
    assert "198.51.100.10/32" in done.stdout
    assert "Without peer/tor: 0 services lost" in done.stderr
    done = lbtui("whatif", "cluster", "--without", "peer/gone")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no peer 'gone'" in done.stderr


def test_a_name_that_is_not_there_brings_those_like_it(lbtui: Lbtui, cluster: Path) -> None:
    told = lbtui("explain", "cluster", "--service", "web").stderr
    assert "there is no service 'web' in the manifests; did you mean default/web?" in told
    told = lbtui("preview", "cluster", "--node", "elsewhere").stderr
    assert "there is no node 'elsewhere' in the manifests; there is: node-a, node-b" in told
