"""Something was lost, or hung, or is wrong."""


class Trouble(Exception):
    pass


def require(condition, sentence):
    if not condition:
        raise Trouble(sentence)
