using System.Globalization;

namespace Rivet.Release.Layout;

/// <summary>What a browser loads for the chat: every file of the program in its smallest form that is handed out, without fonts.</summary>
internal sealed record WebPayload(int Files, long Bytes)
{
    /// <summary>The most a release may have, in bytes.</summary>
    public const long Limit = 4_500_000;

    /// <summary>Measures the published <c>wwwroot</c>.</summary>
    /// <exception cref="ReleaseStop">The chat is not there, or not in its published form.</exception>
    public static WebPayload Measure(string webRoot)
    {
        var chat = Path.Combine(webRoot, "chat");
        if (!File.Exists(Path.Combine(chat, "_framework", "dotnet.native.wasm.br")))
        {
            throw new ReleaseStop($"{chat} does not hold the published chat.");
        }

        var sizes = Directory.EnumerateFiles(chat, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is not (".gz" or ".br" or ".woff2"))
            .Select(file => new FileInfo(File.Exists(file + ".br") ? file + ".br" : file).Length)
            .ToList();
        return new WebPayload(sizes.Count, sizes.Sum());
    }

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Files} files, {Bytes / 1e6:F2} MB in Brotli without fonts (at most {Limit / 1e6:F1} MB)");
}
