"""`lbtui lint`: every problem of a set of manifests."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lbtui.cli import output
from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_output, add_sources
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS, UsageError

if TYPE_CHECKING:
    from lbtui.cli.reading import Reading
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.core.judging import Rule


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser, "*")
    add_backend(parser)
    add_namespace(parser)
    add_output(parser, ("text", "json"))
    add_context(parser)
    parser.add_argument("--fix", action="store_true", help="make the edits that need no decision")
    parser.add_argument(
        "--only",
        metavar="CODE",
        action="append",
        help="with --fix: the edits for this code, decisions included; may be repeated",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="with --fix: show the edits as a diff, write nothing"
    )
    parser.add_argument("--rules", action="store_true", help="list every code with its meaning")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 if there is an error among them."""
    if arguments.rules:
        return _list_rules(is_json=arguments.output == "json")
    if not arguments.sources:
        raise UsageError("name the manifests to judge: files, folders, or - for standard input")

    _check_options(arguments)
    from lbtui.cli import reading

    if arguments.fix:
        return _fix(arguments)
    judged = reading.read(arguments)
    if arguments.output == "json":
        output.emit(output.to_json(_document(judged)))
    else:
        _print_findings(judged)
    return _answer(judged)


def _fix(arguments: argparse.Namespace) -> int:
    """Make the edits, then print what is left; with --dry-run the difference, 1 if there is any."""
    from lbtui.cli import fixing

    fixed = fixing.fix(arguments)
    if arguments.output == "json":
        done = {
            "fixed": [output.diagnostic_to_json(d) for d in fixed.done],
            "files": list(fixed.files),
            "diff": fixed.diff if arguments.dry_run else None,
        }
        output.emit(output.to_json({**_document(fixed.left), **done}))
    else:
        fixing.narrate(fixed, is_dry_run=arguments.dry_run)
        if arguments.dry_run:
            output.emit(fixed.diff)
        else:
            _print_findings(fixed.left)
    return ANSWER_IS_NO if arguments.dry_run and fixed.done else _answer(fixed.left)


def _document(judged: Reading) -> dict[str, Any]:
    """The document of `lint -o json`."""
    return {
        "backend": judged.backend,
        "valid": judged.is_valid,
        "diagnostics": [output.diagnostic_to_json(d) for d in judged.diagnostics],
        "admission": {
            judge: output.diagnostic_to_json(refusal) if refusal else None
            for judge, refusal in _admission(judged).items()
        },
    }


def _print_findings(judged: Reading) -> None:
    """Findings as data; assumptions and the verdict beside them."""
    from lbtui.cli import reading

    output.emit("".join(f"{output.diagnostic_to_text(d)}\n" for d in judged.diagnostics))
    reading.narrate_assumptions(judged)
    _narrate_admission(judged)
    verdict = f"MetalLB ({judged.backend}) would {'accept' if judged.is_valid else 'refuse'} this"
    tables = judged.analysis.tables
    if tables.backend_errors:
        where = tables.nodes.describe(tables.nodes.mask_of(tables.backend_errors))
        verdict += f", but {where} could not apply it and would send nothing new"
    output.narrate(f"{output.summarise(judged.diagnostics)}; {verdict}.")


def _answer(judged: Reading) -> int:
    return ANSWER_IS_NO if judged.has_errors or not judged.is_valid else SUCCESS


def _check_options(arguments: argparse.Namespace) -> None:
    """Options that mean something only beside --fix; codes that exist. Raises UsageError."""
    if not arguments.fix and (arguments.only or arguments.dry_run):
        raise UsageError("--only and --dry-run belong to --fix")
    if not arguments.only:
        return
    from lbtui.core.lint import RULES as LINT
    from lbtui.core.rules import RULES as ACCEPTANCE

    known = {rule.code for rule in LINT} | {rule.code for rule in ACCEPTANCE}
    unknown = [code for code in arguments.only if code not in known]
    if unknown:
        raise UsageError(f"there is no code {unknown[0]}; 'lbtui lint --rules' lists all")


def _admission(judged: Reading) -> dict[str, Diagnostic | None]:
    """Each webhook, by the kind it judges, and the controller: why it refuses, or None."""
    from lbtui.cli import reading
    from lbtui.core.configuration.admission import refusals

    config = judged.analysis.config
    found = refusals(judged.analysis.resources, config.backend, config.options)
    return {j: d and reading.placed(d, judged.snapshot) for j, d in found.items()}


def _narrate_admission(judged: Reading) -> None:
    """Say what is refused at once, and by whom; the rest gets in and stops MetalLB later."""
    if not judged.has_refusals:
        return
    unread = dict.fromkeys(d.code for d in judged.snapshot.diagnostics if d.is_error)
    if unread:
        output.narrate(
            f"kubectl or the API server refuses objects of this for {', '.join(unread)}."
        )
    refused = {judge: d.code for judge, d in _admission(judged).items() if d}
    for judge, code in refused.items():
        who = "The controller" if judge == "controller" else f"The webhook for {judge}"
        output.narrate(f"{who} refuses this set for {code}.")
    if not refused and not unread:
        output.narrate("Admission refuses nothing of this: the errors would stop MetalLB later.")
    if not refused:
        _narrate_nodes(judged)


def _narrate_nodes(judged: Reading) -> None:
    """Say which speakers would stop at what, and what they do then."""
    config = judged.analysis.config
    stopped: dict[str, int] = {}
    for node, error in {} if config.is_node_assumed else config.node_errors.items():
        stopped[error.code] = stopped.get(error.code, 0) | config.nodes.bit(node)
    for code, nodes in stopped.items():
        speakers = "speaker" if nodes.bit_count() == 1 else "speakers"
        output.narrate(
            f"The {speakers} of {config.nodes.describe(nodes)} would refuse it for {code}: there "
            "the last valid configuration stays in force."
        )


def _list_rules(*, is_json: bool) -> int:
    from lbtui.core.drift import RULES as DRIFT
    from lbtui.core.lint import RULES as LINT
    from lbtui.core.rules import RULES as ACCEPTANCE

    rules: list[tuple[str, Rule]] = [
        *(("acceptance", rule) for rule in ACCEPTANCE),
        *(("lint", rule) for rule in LINT),
        *(("cluster", rule) for rule in DRIFT),
    ]
    if is_json:
        rows = [
            {
                "code": rule.code,
                "severity": rule.severity.value,
                "group": group,
                "meaning": rule.meaning,
                "fix": rule.remedy,
                "source": rule.source,
            }
            for group, rule in rules
        ]
        output.emit(output.to_json(rows))
    else:
        rows_text = [
            (rule.code, rule.severity.value, group, rule.meaning, rule.remedy, rule.source)
            for group, rule in rules
        ]
        header = ("CODE", "SEVERITY", "GROUP", "MEANING", "REMEDY", "SOURCE")
        output.emit(output.to_table(header, rows_text))
    return SUCCESS
