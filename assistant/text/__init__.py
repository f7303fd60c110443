"""Pure functions over words: tokens, numbers, names, stems, and text addressed to a machine."""
