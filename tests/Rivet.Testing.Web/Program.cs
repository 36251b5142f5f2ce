// The page calls what Page exports; of its own accord the program does nothing.
return;
