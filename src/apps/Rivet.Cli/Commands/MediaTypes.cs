namespace Rivet.Cli.Commands;

/// <summary>The media type a file's name suggests; only a hint to the receiver.</summary>
internal static class MediaTypes
{
    public static string Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".txt" or ".log" or ".md" => "text/plain",
        ".csv" => "text/csv",
        ".json" => "application/json",
        ".pdf" => "application/pdf",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".webp" => "image/webp",
        ".svg" => "image/svg+xml",
        ".mp4" => "video/mp4",
        ".mp3" => "audio/mpeg",
        ".zip" => "application/zip",
        _ => "application/octet-stream",
    };
}
