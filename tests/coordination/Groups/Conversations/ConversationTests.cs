using System.Runtime.CompilerServices;

namespace Compat.Coordination.Tests.Groups.Conversations;

/// <summary>
/// Runs of the protocol to be read, not only to be passed. To make the answers anew after a change, set COMPAT_REWRITE_CONVERSATIONS=1
/// and read the difference.
/// </summary>
public class ConversationTests
{
    public static TheoryData<string> Scripts => [.. Directory.GetFiles(Folder(), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void The_group_answers_as_the_script_says(string name)
    {
        string path = Path.Combine(Folder(), name + ".txt");
        string script = File.ReadAllText(path);
        string replayed = Conversation.Replay(script);
        if (Environment.GetEnvironmentVariable("COMPAT_REWRITE_CONVERSATIONS") == "1")
        {
            File.WriteAllText(path, replayed);
        }

        Assert.Equal(script, replayed);
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
