"""How what moto does is changed."""


def mend(owner, name=None):
    """Replaces a method of moto's by one that is given the original first."""

    def with_original(replacement):
        method = name or replacement.__name__
        original = getattr(owner, method, None)
        setattr(owner, method, lambda self, *given, **named: replacement(original, self, *given, **named))

    return with_original
