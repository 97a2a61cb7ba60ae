"""A year of a bus, invented from a seed: what happened is known, so that every figure can be checked.

``plan`` draws what happens, and nothing else knows it; ``answers`` and ``records`` write it as tablets do;
``truth`` counts the plan, by itself, without the projection; ``play`` puts it through the real path.
"""
