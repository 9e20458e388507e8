from dataclasses import dataclass, field

from application.ports.tally import Tally


@dataclass
class TallyInMemory(Tally):
    told: list[tuple[int, int]] = field(default_factory=list)

    def seats(self, taken: int, given_back: int) -> None:
        self.told.append((taken, given_back))
