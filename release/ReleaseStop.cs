namespace Rivet.Release;

/// <summary>Why no release was made, in one sentence that says what to do.</summary>
internal sealed class ReleaseStop(string sentence) : Exception(sentence);
