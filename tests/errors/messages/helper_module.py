def run():
    return fail(0)


def fail(x):
    return 1 / x
