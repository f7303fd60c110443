"""From ranked passages to scored sentences, and to how likely they hold the answer."""
