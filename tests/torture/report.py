from dataclasses import dataclass, field


@dataclass
class Report:
    """What a scenario saw: figures for people, violations for the verdict."""

    title: str
    figures: dict[str, object] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def must(self, holds: bool, told: str) -> None:
        if not holds:
            self.violations.append(told)
