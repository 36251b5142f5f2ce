namespace Rivet.UiKit;

/// <summary>How something stands; always shown with icon, word and colour.</summary>
public enum Badge
{
    /// <summary>Neither good nor bad; shown only when it has a word of its own.</summary>
    Plain,

    /// <summary>Checked and well.</summary>
    Passing,

    /// <summary>Wants attention.</summary>
    Attention,

    /// <summary>Does not hold.</summary>
    Failing,

    /// <summary>Not proven: grey, dashed.</summary>
    NotProven,
}
