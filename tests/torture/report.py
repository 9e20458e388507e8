from dataclasses import dataclass, field


@dataclass
class Report:
    """The result of a scenario: figures to read, and violations that make it fail."""

    title: str
    figures: dict[str, object] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def check(self, condition: bool, violation: str) -> None:
        if not condition:
            self.violations.append(violation)
