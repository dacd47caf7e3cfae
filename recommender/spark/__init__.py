"""What runs on Apache Spark once it outgrows one machine?"""
