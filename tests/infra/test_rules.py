"""cdk-nag (AwsSolutions, PCI) and cfn-lint over every stage: no finding without an acknowledgement and its reason."""

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks, PCIDSS321Checks

from tests.infra.conftest import ALL, Template, synthesize

REDUNDANT_DEPENDENCY = "W3005"  # CDK writes DependsOn beside a reference which already says it: harmless


def findings(app: App) -> list[str]:
    """Rule and construct. Synthesis raises on the first error, but not before it has reported all of them."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), PCIDSS321Checks(app))
    with suppress(RuntimeError):
        app.synth()
    report: dict[str, Any] = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    assert {"AwsSolutions", "PCI.DSS.321"} <= {pack["pluginName"] for pack in report["pluginReports"]}
    return [
        f"{violation['ruleName']} {construct['constructPath']}"
        for pack in report["pluginReports"]
        for violation in pack["violations"]
        for construct in violation["violatingConstructs"]
    ]


@pytest.mark.parametrize("stage_name", ALL)
def test_no_rule_is_broken_without_a_reason(stage_name: str):
    assert findings(synthesize(ALL[stage_name])) == []


def test_a_broken_rule_would_be_found():
    app = App()
    s3.Bucket(Stack(app, "Careless"), "Bucket")

    assert any(one.startswith("AwsSolutions-S1 ") for one in findings(app))


def test_the_templates_are_what_cloudformation_takes(templates: dict[str, Template], tmp_path: Path):
    for name, template in templates.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(template.body))

    lint = ["cfn-lint", "--regions", "us-east-1", "--ignore-checks", REDUNDANT_DEPENDENCY, "--", *tmp_path.glob("*")]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
