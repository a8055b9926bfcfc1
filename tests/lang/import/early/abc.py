print('the one beside the program:', __name__)
