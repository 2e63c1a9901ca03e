"""What the network learns from and is measured on: face sets, pairs, teachers, augmentation."""
