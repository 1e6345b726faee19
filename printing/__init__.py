"""Which papers leave the house: one registry of report kinds, one way to print any of them, alone or in batches.

Owns no tables. A room says in its `kinds.py` what it can print (`kinds.Kind`: whose loader gives the frozen inputs,
what identifies them, and the one story told to every paper); `registry` finds the kinds by the rooms' names, as the
router finds pages by their files, so that pages, the command line and the workers of a batch need no room's name.
`making` prints one report as PDF, Excel or Word;
`batches` prints many with several processes (`worker`) into one archive.
"""
