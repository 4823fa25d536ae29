"""How a language model words replies that the code has decided: what it is asked, and what of its answer is used."""
