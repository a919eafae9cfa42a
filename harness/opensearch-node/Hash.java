import com.password4j.BcryptFunction;
import com.password4j.types.Bcrypt;
import java.util.Scanner;

/** Prints the bcrypt hash of every line of standard input: a command line would show passwords to the machine. */
public class Hash {
    public static void main(String[] arguments) {
        // The least cost: these passwords are random and live as long as a rehearsal.
        BcryptFunction bcrypt = BcryptFunction.getInstance(Bcrypt.Y, 4);
        new Scanner(System.in).forEachRemaining(password -> System.out.println(bcrypt.hash(password).getResult()));
    }
}
