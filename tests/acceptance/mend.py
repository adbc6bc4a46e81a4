"""How what moto does is changed."""


def mend(owner):
    """Puts a function in the place of the owner's method of the same name; it is given the method first, then the owner."""

    def replace(function):
        original = getattr(owner, function.__name__, None)
        setattr(owner, function.__name__, lambda self, *given, **named: function(original, self, *given, **named))

    return replace
