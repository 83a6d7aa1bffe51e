"""Community aliases.

Source: MetalLB internal/config/config.go communitiesFromCrs.
"""

from __future__ import annotations

from collections.abc import Mapping

from lbtui.core.objects.resources import Community
from lbtui.core.rules.inputs import Inputs
from lbtui.core.values.communities import CommunityError, CommunityValue, parse_community


def check_aliases(inputs: Inputs) -> Mapping[str, CommunityValue]:
    """community-alias-invalid, community-alias-duplicate: in every alias, used or not.

    Returns the values by alias name.
    """
    aliases: dict[str, CommunityValue] = {}
    for ref, community in inputs.sorted(Community):
        for position, alias in enumerate(community.spec.communities):
            path = f"spec.communities[{position}]"
            try:
                value = parse_community(alias.value)
            except CommunityError as error:
                inputs.findings.error(
                    "community-alias-invalid",
                    f"the value of alias {alias.name!r} in {ref} is no community: {error}",
                    ref=ref,
                    path=f"{path}.value",
                    fix="Write 65000:1, or large:65000:1:2.",
                )
                continue
            if alias.name in aliases:
                inputs.findings.error(
                    "community-alias-duplicate",
                    f"the alias {alias.name!r} is defined twice, the second time in {ref}",
                    ref=ref,
                    path=f"{path}.name",
                    fix="Remove or rename one of the two.",
                )
                continue
            aliases[alias.name] = value
    return aliases
