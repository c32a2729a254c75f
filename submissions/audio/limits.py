"""What a season accepts, and what a child process may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The season's limits, then the machine's. Sizes in bytes, lengths and times in seconds, rates in Hz or bit/s."""

    max_bytes: int = 300_000_000
    min_seconds: float = 30.0
    max_seconds: float = 600.0
    min_bit_rate: int = 128_000
    """Measured average of lossy codecs; 5 % below is still accepted."""
    min_sample_rate: int = 32_000
    max_sample_rate: int = 192_000
    max_silence: float = 0.9
    """Largest share of the track that may lie below -60 dBFS."""
    min_loudness: float = -45.0
    """LUFS; anything quieter than this over its whole length is not music that can be judged."""
    rendition_bit_rate: int = 160_000

    cpu_seconds: int = 60
    wall_seconds: float = 180.0
    memory_bytes: int = 1_500_000_000

    @property
    def max_rendition_bytes(self) -> int:
        """Twice the nominal size of the longest rendition, and room for its index."""
        return int(self.max_seconds * self.rendition_bit_rate / 8 * 2) + 2_000_000
