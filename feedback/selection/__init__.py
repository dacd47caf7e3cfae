"""Which few of many things are worth asking a person about?"""
