namespace Rivet.Transparency;

/// <summary>Base64 (RFC 4648 §4) that has one spelling for each value: what differs from it is none.</summary>
internal static class Base64
{
    public static bool TryRead(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 4 * 3];
        if (text.Length % 4 != 0 || !Convert.TryFromBase64String(text, bytes, out var written))
        {
            return false;
        }

        Array.Resize(ref bytes, written);
        return Convert.ToBase64String(bytes) == text;
    }
}
