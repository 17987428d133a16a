"""The weekly backfill of archive vectors: new scans, corrected texts, whatever has none."""

from brimblad.archive.embeddings import backfill


def main() -> None:
    backfill()


if __name__ == "__main__":
    main()
