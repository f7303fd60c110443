"""Does a source say this, and where: citations, claims, contradictions, corrections."""
